import { SYSTEM } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';
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
}
