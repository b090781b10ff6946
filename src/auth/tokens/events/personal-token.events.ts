import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a personal access token. */
export interface PersonalTokenFacts {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** How its owner had proved who they are. */
  readonly methods: readonly string[];
  readonly expiresAt: Date;
}

const RESOURCE = 'personal_token';

/** Somebody has a token for the command line. */
export class PersonalTokenIssued extends AuditableEvent {
  /** @param way how they came by it */
  constructor(
    actor: Principal,
    readonly token: PersonalTokenFacts,
    readonly way: 'session' | 'cli_login' | 'device',
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { id, userId, name, expiresAt } = this.token;
    return {
      action: 'PERSONAL_TOKEN_ISSUED',
      resourceType: RESOURCE,
      resourceId: id,
      newValues: { userId, name, expiresAt: expiresAt.toISOString(), way: this.way },
    };
  }
}

/** A token is worthless from now on. */
export class PersonalTokenEnded extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly token: PersonalTokenFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { id, userId, name } = this.token;
    return { action: 'PERSONAL_TOKEN_ENDED', resourceType: RESOURCE, resourceId: id, oldValues: { userId, name } };
  }
}
