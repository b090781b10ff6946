import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** A person asked for a code, to show that a telephone number is theirs. */
export class PhoneCodeSent extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'PHONE_VERIFICATION_REQUESTED', resourceType: 'user', resourceId: this.userId };
  }
}

/** A person gave a code that was not right, or not good any more. */
export class PhoneCodeFailed extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly errorCode: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'PHONE_VERIFICATION_FAILED',
      resourceType: 'user',
      resourceId: this.userId,
      success: false,
      errorCode: this.errorCode,
    };
  }
}

/** A person wants another e-mail address; it is theirs once they followed the link that was sent there. */
export class EmailChangeRequested extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'EMAIL_CHANGE_REQUESTED', resourceType: 'user', resourceId: this.userId };
  }
}
