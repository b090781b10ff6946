import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus, Outbox } from '#libs/events';
import { SoftBudgetCrossed } from '../events/budget.events.js';
import { BudgetLimitsRepository } from './budget.limits.repository.js';

/** The name under which the database leaves word; it is part of a trigger. */
const HANDLER = 'budgets.soft-crossed';

interface Crossing {
  readonly budgetId: string;
  readonly startsAt: string;
  readonly softAmount: string;
}

/** Tells the house when spending crosses a soft budget; the database noticed it with the row that crossed it. */
@Injectable()
export class SoftBudgets implements OnModuleInit {
  constructor(
    private readonly budgets: BudgetLimitsRepository,
    private readonly outbox: Outbox,
    private readonly events: EventBus,
  ) {}

  onModuleInit(): void {
    this.outbox.register(HANDLER, (payload) => this.announce(payload as Crossing));
  }

  private async announce({ budgetId, startsAt, softAmount }: Crossing): Promise<void> {
    const budget = await this.budgets.crossed(budgetId, startsAt);
    // Taken away meanwhile.
    if (!budget) return;
    await this.events.publish(new SoftBudgetCrossed({ ...budget, softAmount: BigInt(softAmount) }));
  }
}
