import type { Principal, UserPrincipal } from '#libs/access';
import { type AuditEntry, AuditableEvent, DomainEvent } from '#libs/events';
import { maskedEmail } from '#libs/kernel';

abstract class SessionEvent extends AuditableEvent {
  protected abstract readonly action: string;

  constructor(override readonly actor: UserPrincipal) {
    super(actor);
  }

  get sessionId(): string {
    return this.actor.sessionId;
  }

  audit(): AuditEntry {
    return { action: this.action, resourceType: 'session', resourceId: this.sessionId };
  }
}

/** Somebody proved who they are and has a new session. */
export class SignedIn extends SessionEvent {
  protected readonly action = 'SIGNED_IN';
}

/** A session went on with new tokens. */
export class SessionRefreshed extends SessionEvent {
  protected readonly action = 'SESSION_REFRESHED';
}

/** Somebody ended their session. */
export class SignedOut extends SessionEvent {
  protected readonly action = 'SIGNED_OUT';
}

/** Sessions of somebody were ended before their time. */
export class SessionsEnded extends AuditableEvent {
  /** @param reason `revoked`, `too_many`, `suspended`, … */
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly sessionIds: readonly string[],
    readonly reason: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'SESSIONS_ENDED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { reason: this.reason, sessions: this.sessionIds },
    };
  }
}

/** Whatever let somebody in until now does so no more, but for the session that acts: not sessions alone. */
export class AccessEnded extends DomainEvent {
  constructor(readonly userId: string) {
    super();
  }
}

/** A refresh token came a second time, so it is in two hands; whose hand this was, nobody knows. The session was ended. */
export class RefreshReplayed extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly sessionId: string,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'REFRESH_REPLAYED',
      resourceType: 'session',
      resourceId: this.sessionId,
      newValues: { userId: this.userId, ended: true },
      personal: { of: this.userId, values: [] },
      success: false,
      errorCode: 'session_ended',
    };
  }
}

/** An account has a new password that its owner did not choose, and no session any more. */
export class PasswordWasReset extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'PASSWORD_RESET', resourceType: 'user', resourceId: this.userId };
  }
}

/** The first proof was right, and the person has a second factor: a challenge waits for it. */
export class SecondFactorAsked extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly challengeId: string,
    readonly factors: readonly string[],
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'SECOND_FACTOR_ASKED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { challengeId: this.challengeId, factors: this.factors },
    };
  }
}

/** Somebody could not prove to be who they said. */
export class SignInFailed extends AuditableEvent {
  /**
   * @param email what was claimed, in canonical form
   * @param userId the account of that address, if there is one
   * @param code what they were told
   */
  constructor(
    actor: Principal,
    readonly email: string,
    readonly userId: string | undefined,
    readonly code = 'invalid_credentials',
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'SIGN_IN_FAILED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { email: maskedEmail(this.email) },
      personal: { of: this.userId, values: ['email'] },
      success: false,
      errorCode: this.code,
      needsNoCredential: true,
    };
  }
}

/** So many wrong passwords, or codes, were tried that none is looked at for a while. */
export class AccountLocked extends AuditableEvent {
  /**
   * @param userId undefined for an address without an account, which locks all the same
   * @param minutes null until an administrator unlocks it
   */
  constructor(
    actor: Principal,
    readonly userId: string | undefined,
    readonly minutes: number | null,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'ACCOUNT_LOCKED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { minutes: this.minutes },
      // Of accounts there are only so many, and each locks only so often.
      needsNoCredential: this.userId === undefined,
    };
  }
}

/** Passwords and codes of somebody are looked at again: an administrator said so, or the password was reset. */
export class AccountUnlocked extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'ACCOUNT_UNLOCKED', resourceType: 'user', resourceId: this.userId };
  }
}
