import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** A person entrusted a credential to the house. */
export class UserCredentialSet extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly facts: { readonly kind: string; readonly name: string; readonly expiresAt: Date | null },
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_CREDENTIAL_SET',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { ...this.facts },
    };
  }
}

/** A person took credentials back. */
export class UserCredentialsRemoved extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly kind: string,
    readonly names: readonly string[],
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_CREDENTIALS_REMOVED',
      resourceType: 'user',
      resourceId: this.userId,
      oldValues: { kind: this.kind, names: this.names },
    };
  }
}
