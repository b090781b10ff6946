import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';
import { maskedEmail } from '#libs/kernel';

abstract class InvitationEvent extends AuditableEvent {
  protected abstract readonly action: string;

  /** @param email in canonical form */
  constructor(
    actor: Principal,
    readonly id: string,
    readonly email: string,
    readonly role: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: this.action,
      resourceType: 'invitation',
      resourceId: this.id,
      newValues: { email: maskedEmail(this.email), role: this.role },
    };
  }
}

/** An administrator invited somebody. */
export class PersonInvited extends InvitationEvent {
  protected readonly action = 'INVITATION_CREATED';
}

/** An administrator took an invitation back. */
export class InvitationRevoked extends InvitationEvent {
  protected readonly action = 'INVITATION_REVOKED';
}

/** Somebody made an account with an invitation. */
export class InvitationUsed extends InvitationEvent {
  protected readonly action = 'INVITATION_USED';
}

/** Somebody wanted to make an account with an address that has one. */
export class RegistrationRepeated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly email: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'REGISTRATION_REPEATED',
      resourceType: 'user',
      newValues: { email: maskedEmail(this.email) },
      success: false,
      errorCode: 'user_email_taken',
      needsNoCredential: true,
    };
  }
}
