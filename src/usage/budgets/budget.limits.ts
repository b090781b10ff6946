import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Pico } from '#libs/kernel';
import { type CapScope, type CapStanding, type SpendingCap, SpendingCaps } from '#libs/limits';
import { BudgetLimitsRepository } from './budget.limits.repository.js';
import { BudgetRegistry } from './budget.registry.js';

/** A budget that warns and never refuses has to be counted all the same: this is more money than there is. */
export const UNCAPPED: Pico = 10n ** 30n;

/** Makes, changes and shows the caps in money that calls are held against. */
@Injectable()
export class BudgetLimits extends SpendingCaps {
  constructor(
    private readonly budgets: BudgetLimitsRepository,
    private readonly registry: BudgetRegistry,
    private readonly work: UnitOfWork,
  ) {
    super();
  }

  async set(scope: CapScope, id: string, cap: SpendingCap | null): Promise<void> {
    if (cap === null) await this.budgets.remove(scope, id);
    else {
      const { amount, period, softAmount = null } = cap;
      await this.budgets.save({ scope, scopeId: id, amount: amount ?? UNCAPPED, period, softAmount });
    }
    this.forget();
  }

  async of(scope: CapScope, ids: readonly string[]): Promise<ReadonlyMap<string, CapStanding>> {
    if (ids.length === 0) return new Map();
    const found = await this.budgets.standing(scope, ids);
    for (const [id, cap] of found) if (cap.amount === UNCAPPED) found.set(id, { ...cap, amount: null });
    return found;
  }

  async restart(scope: CapScope, id: string): Promise<void> {
    await this.budgets.restart(scope, id);
    this.forget();
  }

  /** The other replicas are told by the database; here the next call must not be earlier than that. */
  private forget(): void {
    this.work.afterCommit(() => this.registry.forget());
  }
}
