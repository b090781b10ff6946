import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a SCIM token. */
export interface ScimTokenFacts {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly expiresAt: Date | null;
}

function shown({ name, prefix, expiresAt }: ScimTokenFacts): Record<string, unknown> {
  return { name, prefix, expiresAt: expiresAt?.toISOString() ?? null };
}

/** A directory may provision. */
export class ScimTokenIssued extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly token: ScimTokenFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { token } = this;
    return { action: 'SCIM_TOKEN_ISSUED', resourceType: 'scim_token', resourceId: token.id, newValues: shown(token) };
  }
}

/** A directory may not provision with this token any more. */
export class ScimTokenRevoked extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly token: ScimTokenFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { token } = this;
    return { action: 'SCIM_TOKEN_REVOKED', resourceType: 'scim_token', resourceId: token.id, oldValues: shown(token) };
  }
}
