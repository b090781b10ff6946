import type { Principal, UserPrincipal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** Something about the ways in which a person can prove who they are. */
abstract class FactorEvent extends AuditableEvent {
  protected abstract readonly action: string;

  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: this.action, resourceType: 'user', resourceId: this.userId };
  }
}

/** A person has other second factors than before, or none any more. */
export abstract class FactorsChanged extends FactorEvent {}

/** Somebody got a secret for their authenticator app; it is of no effect yet. */
export class MfaSetupBegun extends FactorEvent {
  protected readonly action = 'MFA_SETUP_BEGUN';
}

/** One-time codes of an authenticator app are asked for from now on. */
export class MfaEnabled extends FactorsChanged {
  protected readonly action = 'MFA_ENABLED';
}

/** One-time codes are no longer asked for. */
export class MfaDisabled extends FactorsChanged {
  protected readonly action = 'MFA_DISABLED';
}

/** An administrator took second factors away from somebody who had lost them. */
export class SecondFactorsReset extends FactorsChanged {
  protected readonly action = 'SECOND_FACTORS_RESET';

  constructor(
    actor: Principal,
    userId: string,
    private readonly removed: readonly string[],
  ) {
    super(actor, userId);
  }

  override audit(): AuditEntry {
    return { ...super.audit(), oldValues: { factors: this.removed } };
  }
}

/** Somebody has new backup codes; the old ones are worthless. */
export class BackupCodesRegenerated extends FactorEvent {
  protected readonly action = 'BACKUP_CODES_REGENERATED';
}

/** Somebody who had proved one factor could not prove a second one: while signing in, or in a session. */
export class SecondFactorFailed extends FactorEvent {
  protected readonly action = 'SECOND_FACTOR_FAILED';

  override audit(): AuditEntry {
    return { ...super.audit(), success: false, errorCode: 'second_factor_rejected' };
  }
}

/** Somebody with a session proved once more who they are. */
export class Reauthenticated extends AuditableEvent {
  constructor(
    override readonly actor: UserPrincipal,
    readonly methods: readonly string[],
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { sessionId } = this.actor;
    return {
      action: 'REAUTHENTICATED',
      resourceType: 'session',
      resourceId: sessionId,
      newValues: { methods: this.methods },
    };
  }
}

/** What others may know of a passkey. */
export interface PasskeyFacts {
  readonly id: string;
  readonly name: string;
}

/** A person has a passkey more, or less. */
abstract class PasskeysChanged extends FactorsChanged {
  /** Whether its name is what there was, or what there is. */
  protected abstract readonly side: 'oldValues' | 'newValues';

  constructor(
    actor: Principal,
    userId: string,
    readonly passkey: PasskeyFacts,
  ) {
    super(actor, userId);
  }

  override audit(): AuditEntry {
    const { id, name } = this.passkey;
    return { action: this.action, resourceType: 'passkey', resourceId: id, [this.side]: { name } };
  }
}

/** Somebody can sign in with one more passkey. */
export class PasskeyAdded extends PasskeysChanged {
  protected readonly action = 'PASSKEY_ADDED';
  protected readonly side = 'newValues';
}

/** A passkey is worthless from now on. */
export class PasskeyRemoved extends PasskeysChanged {
  protected readonly action = 'PASSKEY_REMOVED';
  protected readonly side = 'oldValues';
}

/** A passkey has another name. */
export class PasskeyRenamed extends FactorEvent {
  protected readonly action = 'PASSKEY_RENAMED';

  constructor(
    actor: Principal,
    userId: string,
    private readonly before: PasskeyFacts,
    private readonly name: string,
  ) {
    super(actor, userId);
  }

  override audit(): AuditEntry {
    return {
      action: this.action,
      resourceType: 'passkey',
      resourceId: this.before.id,
      oldValues: { name: this.before.name },
      newValues: { name: this.name },
    };
  }
}

/** Somebody could not sign in with what they gave as a passkey. */
export class PasskeyRejected extends AuditableEvent {
  audit(): AuditEntry {
    return {
      action: 'PASSKEY_REJECTED',
      resourceType: 'user',
      success: false,
      errorCode: 'passkey_rejected',
      needsNoCredential: true,
    };
  }
}
