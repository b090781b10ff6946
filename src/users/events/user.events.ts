import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of an account. */
export interface UserFacts {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: string;
  readonly status: string;
}

function shown({ email, name, role, status }: UserFacts): Record<string, string> {
  return { email, name, role, status };
}

/** Somebody has an account now. */
export class UserCreated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly user: UserFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_CREATED',
      resourceType: 'user',
      resourceId: this.user.id,
      newValues: shown(this.user),
    };
  }
}

/** Something about an account is different now. */
export class UserUpdated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly before: UserFacts,
    readonly user: UserFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_UPDATED',
      resourceType: 'user',
      resourceId: this.user.id,
      oldValues: shown(this.before),
      newValues: shown(this.user),
    };
  }
}
