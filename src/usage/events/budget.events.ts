import { SYSTEM } from '#libs/access';
import { type Alert, type AuditEntry, AuditableEvent } from '#libs/events';
import { type Pico, picoToUsd } from '#libs/kernel';

/** A budget of which a line was crossed. */
export interface SoftBudgetFacts {
  readonly id: string;
  /** Whose spending it counts: `key`, `user`, `team`, `key-model`. */
  readonly scope: string;
  readonly scopeId: string;
  readonly softAmount: Pico;
  readonly spent: Pico;
}

/** Spending crossed the line at which somebody wants to know. Once a period; calls go on. */
export class SoftBudgetCrossed extends AuditableEvent {
  constructor(readonly budget: SoftBudgetFacts) {
    super(SYSTEM);
  }

  audit(): AuditEntry {
    const { id, scope, scopeId, softAmount, spent } = this.budget;
    return {
      action: 'SOFT_BUDGET_CROSSED',
      resourceType: 'budget',
      resourceId: id,
      newValues: { scope, scopeId, softBudget: picoToUsd(softAmount), spent: picoToUsd(spent) },
    };
  }

  override alert(): Alert {
    const { id, scope, scopeId, softAmount, spent } = this.budget;
    const message = `The ${scope} ${scopeId} has spent ${picoToUsd(spent)} USD, which is past its soft budget of ${picoToUsd(softAmount)}.`;
    return {
      kind: 'soft_budget_crossed',
      resourceType: 'budget',
      resourceId: id,
      severity: 'warning',
      message,
      lasts: false,
    };
  }
}
