import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { isConnectionLoss, Notifications } from '#libs/database';
import { defineErrors, type DomainError, type Pico, picoToUsd } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import { BudgetDesk } from './budget.desk.js';
import { BudgetHold } from './budget.hold.js';
import { BudgetLeaseRepository } from './budget.lease.repository.js';
import { type BudgetRef, BudgetRegistry, type BudgetScope, type ScopeName } from './budget.registry.js';
import type { BudgetSlice } from './budget.slice.js';
import { HoldBook } from './hold.book.js';
import { DurableLedger } from '../durable.ledger.js';
import { Replica } from './replica.js';

export const budgetErrors = defineErrors({
  key_budget_exceeded: [
    'payment_required',
    'What is left of the budget of this API key does not pay what this call may cost at most.',
  ],
  user_budget_exceeded: [
    'payment_required',
    'What is left of your budget does not pay what this call may cost at most.',
  ],
  team_budget_exceeded: [
    'payment_required',
    'What is left of the budget of the team does not pay what this call may cost at most.',
  ],
  subscription_budget_exceeded: [
    'payment_required',
    'What is left of the budget of this subscription does not pay what this call may cost at most.',
  ],
  model_budget_exceeded: [
    'payment_required',
    'What is left of the budget for this model does not pay what this call may cost at most.',
  ],
  balance_exhausted: ['payment_required', 'What is left of the balance does not pay what this call may cost at most.'],
  budgets_unavailable: ['unavailable', 'Budgets cannot be checked at present. Try again in a moment.'],
});

/** What a call is told that a budget of this kind cannot pay for. */
export const BUDGET_REFUSALS: Readonly<Record<BudgetScope, keyof typeof budgetErrors>> = {
  key: 'key_budget_exceeded',
  user: 'user_budget_exceeded',
  team: 'team_budget_exceeded',
  subscription: 'subscription_budget_exceeded',
  model: 'model_budget_exceeded',
  'key-model': 'model_budget_exceeded',
  balance: 'balance_exhausted',
};

export type HoldOutcome =
  { readonly held: true; readonly hold: BudgetHold } | { readonly held: false; readonly error: DomainError };

/** Where replicas tell each other about budgets: `recall ID ASKER`, `answered ID ASKER`, `returned ID`, `changed`. */
const CHANNEL = 'sluice_budgets';
const GIVE_BACK_MS = 1_000;
/** What `lease_budgets` raises for a replica that must begin anew. */
const TAKEN_FOR_DEAD = 'SL001';
const RETRY_AFTER_SECONDS = 2;

/** Holds what a call may cost at most against every budget that caps it, or against none of them. */
@Injectable()
export class Budgets implements OnApplicationBootstrap {
  private readonly log = new Logger(Budgets.name);
  private readonly desk: BudgetDesk;
  /** What is held for calls at present. */
  readonly holds = new HoldBook();
  private timer: NodeJS.Timeout | undefined;
  private readonly refusals;

  constructor(
    private readonly registry: BudgetRegistry,
    private readonly leases: BudgetLeaseRepository,
    private readonly replica: Replica,
    private readonly notifications: Notifications,
    private readonly ledger: DurableLedger,
    metrics: Metrics,
  ) {
    this.desk = new BudgetDesk({
      owner: () => this.replica.id,
      lease: (wishes) => this.leases.lease(this.replica.id, wishes),
      sync: async (kept) => {
        // What waits on disk is spent already; were its lease freed before it is charged, it could be spent twice.
        if (await this.ledger.replay()) await this.leases.sync(this.replica.id, kept);
      },
      recall: (budgetId) => this.notifications.send(CHANNEL, `recall ${budgetId} ${this.replica.id}`),
    });
    this.refusals = metrics.counter('budget_refusals_total', 'Calls refused because a budget is spent.', ['scope']);
    this.measure(metrics);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.notifications.listen(CHANNEL, (message) => this.hear(message));
    this.notifications.onGap(() => this.registry.forget());
    this.timer = setInterval(() => void this.giveBackIdle(), GIVE_BACK_MS).unref();
  }

  /** Gives everything back, once the last call is settled; what cannot be given back is taken by the others later. */
  async giveBack(): Promise<void> {
    clearInterval(this.timer);
    await this.desk.giveBackAll();
  }

  /** The leases are no longer this replica's; it goes on under another name. */
  async forfeit(rename: () => Promise<void>): Promise<void> {
    await this.desk.forfeit(rename);
  }

  /** A budget has more than before. The other replicas hear it from the database. */
  reconsider(budgetId: string): void {
    this.desk.reconsider(budgetId);
  }

  /**
   * @param names every scope that the call falls under
   * @param most the most that the call can cost; asked only where something caps it
   */
  async hold(names: readonly ScopeName[], most: () => Pico): Promise<HoldOutcome> {
    try {
      const budgets = await this.registry.of(names);
      // Any other budget that is not there caps nothing; without a balance there is nothing to pay with.
      if (names.some(isBalance) && !budgets.some(({ scope }) => scope === 'balance')) return this.refuse('balance');
      if (budgets.length > 0 && this.replica.isFenced) return unavailable();
      return await this.holdAll(budgets, budgets.length === 0 ? 0n : most());
    } catch (error) {
      if (isConnectionLoss(error) || (error as { code?: unknown } | null)?.code === TAKEN_FOR_DEAD)
        return unavailable();
      throw error;
    }
  }

  /** One after another in the order of ids, so that two calls never wait for each other's. */
  private async holdAll(budgets: readonly BudgetRef[], amount: Pico): Promise<HoldOutcome> {
    const slices: BudgetSlice[] = [];
    try {
      for (const { id, scope } of budgets) {
        const held = this.desk.hold(id, amount);
        const slice = held instanceof Promise ? await held : held;
        if (!slice) {
          this.release(slices, amount);
          return this.refuse(scope);
        }
        slices.push(slice);
      }
    } catch (error) {
      this.release(slices, amount);
      throw error;
    }
    // Between two of them this replica was taken for dead: they are leased under different names.
    if (new Set(slices.map(({ owner }) => owner).filter((owner) => owner !== '')).size > 1) {
      this.release(slices, amount);
      return unavailable();
    }
    // Cut to its length: a list that was pushed to keeps room for more, for as long as the call lasts.
    return { held: true, hold: new BudgetHold(this.desk, slices.slice(), amount, this.holds) };
  }

  private measure(metrics: Metrics): void {
    const { holds, desk } = this;
    metrics.gauge('budget_holds', 'Calls for which their highest cost is set aside.', [], (gauge) =>
      gauge.set(holds.size),
    );
    metrics.gauge('budget_held_dollars', 'What is set aside for calls, each call counted once.', [], (gauge) =>
      gauge.set(dollars(holds.amount)),
    );
    metrics.gauge('budget_leases', 'Slices of budgets that this replica has.', [], (gauge) =>
      gauge.set(desk.slices().length),
    );
    metrics.gauge('budget_leased_dollars', 'What the slices of this replica hold together.', [], (gauge) =>
      gauge.set(dollars(desk.slices().reduce((sum, { granted }) => sum + granted, 0n))),
    );
  }

  private refuse(scope: BudgetScope): HoldOutcome {
    this.refusals.inc({ scope });
    return { held: false, error: budgetErrors[BUDGET_REFUSALS[scope]]() };
  }

  private release(slices: readonly BudgetSlice[], amount: Pico): void {
    for (const slice of slices) {
      slice.release(amount);
      this.desk.reconsider(slice.budgetId);
    }
  }

  private hear(message: string): void {
    const [word, budgetId = '', sender = ''] = message.split(' ');
    if (word === 'changed') {
      this.registry.forget();
      void this.changeLimits();
    } else if (word === 'returned') this.desk.reconsider(budgetId);
    else if (word === 'answered' && sender === this.replica.id) this.desk.answered(budgetId);
    else if (word === 'recall' && sender !== this.replica.id) void this.answer(budgetId, sender);
  }

  private async changeLimits(): Promise<void> {
    try {
      await this.desk.limitsChanged();
    } catch (error) {
      if (!isConnectionLoss(error)) this.log.warn('Slices could not be given back after a change of limits.', error);
    }
  }

  private async answer(budgetId: string, sender: string): Promise<void> {
    try {
      await this.desk.recalled(budgetId, sender < this.replica.id);
      await this.notifications.send(CHANNEL, `answered ${budgetId} ${sender}`);
    } catch (error) {
      this.log.warn('A slice could not be given back.', error);
    }
  }

  private async giveBackIdle(): Promise<void> {
    try {
      await this.desk.giveBackIdle();
    } catch (error) {
      if (!isConnectionLoss(error)) this.log.warn('Idle slices could not be given back; it is tried again.', error);
    }
  }
}

/** For a chart; money that is counted never becomes a float. */
function dollars(amount: Pico): number {
  return Number(picoToUsd(amount));
}

function isBalance(name: ScopeName): boolean {
  return name.startsWith('balance:');
}

function unavailable(): HoldOutcome {
  return { held: false, error: budgetErrors.budgets_unavailable({ retryAfterSeconds: RETRY_AFTER_SECONDS }) };
}
