import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

interface UserDefaultFacts {
  /** A decimal of US dollars; null for no cap. */
  readonly maxBudget: string | null;
  readonly budgetDuration: string | null;
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
}

/** People who are new from now on may do more or less than those before them. */
export class UserDefaultsSet extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly before: UserDefaultFacts,
    readonly after: UserDefaultFacts,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    return {
      action: 'USER_DEFAULTS_SET',
      resourceType: 'setting',
      resourceId: 'user-defaults',
      oldValues: { ...this.before },
      newValues: { ...this.after },
    };
  }
}
