import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent, DomainEvent } from '#libs/events';
import { maskedEmail } from '#libs/kernel';

/** What others may know of an account. */
export interface UserFacts {
  readonly id: string;
  readonly email: string;
  readonly phone: string | null;
  readonly name: string;
  readonly role: string;
  readonly status: string;
}

const PERSONAL = ['email', 'phone', 'name'];

/** The log outlives the person, so it gets no more of an address than tells one from another. */
function shown({ email, phone, name, role, status }: UserFacts): Record<string, string | null> {
  return { email: maskedEmail(email), phone: phone && `***${phone.slice(-2)}`, name, role, status };
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
      personal: { of: this.user.id, values: PERSONAL },
    };
  }
}

/** An account is about to go: whoever has something to hand over does it now, or refuses by an error. */
export class UserLeaves extends DomainEvent {
  constructor(
    readonly actor: Principal,
    readonly userId: string,
  ) {
    super();
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
      personal: { of: this.user.id, values: PERSONAL },
    };
  }
}

/**
 * Somebody got into an account by its address, which nobody had shown to be theirs before: what the account has of
 * credentials may be a stranger's who made it with that address. Whoever keeps some ends them in the same transaction.
 */
export class AccountReclaimed extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'ACCOUNT_RECLAIMED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { emailVerified: true, removed: ['identities', 'passkeys', 'totp', 'backup_codes', 'api_keys'] },
    };
  }
}

/** How much an administrator lets a person do. */
export interface UserLimitFacts {
  /** A decimal of US dollars; null for no cap. */
  readonly maxBudget: string | null;
  readonly softBudget: string | null;
  readonly budgetDuration: string | null;
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
}

/** A person may do more or less than before. */
export class UserLimitsChanged extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly before: UserLimitFacts,
    readonly after: UserLimitFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_LIMITS_CHANGED',
      resourceType: 'user',
      resourceId: this.userId,
      oldValues: { ...this.before },
      newValues: { ...this.after },
    };
  }
}

/** A person's spending begins anew; what was spent stays on record. */
export class UserSpendReset extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    /** A decimal of US dollars. */
    readonly spent: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_SPEND_RESET',
      resourceType: 'user',
      resourceId: this.userId,
      oldValues: { spent: this.spent },
      newValues: { spent: '0' },
    };
  }
}

/** Somebody may not come in for a while. */
export class UserBanned extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
    readonly until: Date,
    readonly reason: string | null,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_BANNED',
      resourceType: 'user',
      resourceId: this.userId,
      newValues: { until: this.until.toISOString(), reason: this.reason },
    };
  }
}

/** Somebody may come in again before their ban was over. */
export class UserUnbanned extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly userId: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return { action: 'USER_UNBANNED', resourceType: 'user', resourceId: this.userId };
  }
}
