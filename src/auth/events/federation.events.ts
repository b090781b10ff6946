import type { Principal } from '#libs/access';
import { type Alert, type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of somebody's identity elsewhere. */
export interface IdentityFacts {
  readonly id: string;
  readonly userId: string;
  /** The slug of the provider. */
  readonly provider: string;
  readonly issuer: string;
}

const shown = ({ userId, provider, issuer }: IdentityFacts) => ({ userId, provider, issuer });

/** From now on an identity provider may say that somebody is the owner of an account. */
export class IdentityLinked extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly identity: IdentityFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { identity } = this;
    return {
      action: 'IDENTITY_LINKED',
      resourceType: 'identity',
      resourceId: identity.id,
      newValues: shown(identity),
    };
  }
}

/** An identity provider has no say about an account any more. */
export class IdentityUnlinked extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly identity: IdentityFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { identity } = this;
    return {
      action: 'IDENTITY_UNLINKED',
      resourceType: 'identity',
      resourceId: identity.id,
      oldValues: shown(identity),
    };
  }
}

/** Somebody came back from an identity provider and was not let in. */
export class FederatedSignInRefused extends AuditableEvent {
  /**
   * @param code why, as the caller was told
   * @param userId the account that the identity belongs to, if there is one
   */
  constructor(
    actor: Principal,
    readonly provider: string,
    readonly code: string,
    readonly userId?: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'SIGN_IN_FAILED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { provider: this.provider },
      success: false,
      errorCode: this.code,
      needsNoCredential: true,
    };
  }
}

/** The groups at a provider would have taken the last administrator's role, which stays until there is another one. */
export class LastAdministratorKept extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly provider: string,
    readonly role: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'ROLE_MAPPING_REFUSED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { provider: this.provider, role: this.role },
      success: false,
      errorCode: 'last_admin',
    };
  }

  override alert(): Alert {
    return {
      kind: 'last_administrator_kept',
      resourceType: 'user',
      resourceId: this.userId,
      severity: 'warning',
      message:
        'The groups at the identity provider no longer make the last administrator one. The role was kept: name another administrator first.',
      lasts: false,
    };
  }
}
