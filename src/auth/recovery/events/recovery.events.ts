import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

export type LinkKind = 'password-reset' | 'verify-email';

const REQUESTED: Readonly<Record<LinkKind, string>> = {
  'password-reset': 'PASSWORD_RESET_REQUESTED',
  'verify-email': 'EMAIL_VERIFICATION_REQUESTED',
};

/** Somebody asked for a mail with a link; whether anybody gets one is not known yet. */
export class LinkRequested extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly kind: LinkKind,
    /** Names the request. */
    readonly id: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: REQUESTED[this.kind],
      resourceType: 'link_request',
      resourceId: this.id,
      needsNoCredential: true,
    };
  }
}

/** A person changed their own password; their other sessions are over. */
export class PasswordChanged extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'PASSWORD_CHANGED', resourceType: 'user', resourceId: this.userId };
  }
}

/** A person showed that mail to the address of their account reaches them. */
export class EmailVerified extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'EMAIL_VERIFIED', resourceType: 'user', resourceId: this.userId };
  }
}
