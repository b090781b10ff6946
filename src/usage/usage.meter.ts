import { setTimeout } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import type { Pico } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import type { BudgetHold } from './budgets/budget.hold.js';
import type { ScopeName } from './budgets/budget.registry.js';
import { Budgets, type HoldOutcome } from './budgets/budgets.js';
import { GroupCommit } from './group-commit.js';
import { DurableLedger, isPassing } from './durable.ledger.js';
import { type OpenCall, OpenCalls } from './open-calls.js';
import { ReplicaLife } from './replica.life.js';
import type { LedgerRow } from './ledger.row.js';
import { usageErrors } from './usage.errors.js';

/** A call that came to its end. */
export type UsageEvent = LedgerRow;
export type { BudgetHold, HoldOutcome, OpenCall, ScopeName };

/** About a quarter of a megabyte in one statement, some milliseconds of one connection. */
const MAX_BATCH = 1_000;
const CAPACITY = 10_000;
const PAUSE_MS = [25, 1_000] as const;
const SHUTDOWN_GRACE_MS = 10_000;
const SHUTDOWN_LOOK_MS = 10;
const RETRY_AFTER_SECONDS = 5;
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];
/** The longest that a call can begin after its hold. */
const HOLD_TO_CALL_MS = 1_000;

/** Prices calls and writes them to the ledger: a call that is settled is durable. */
@Injectable()
export class UsageMeter implements BeforeApplicationShutdown {
  private readonly log = new Logger(UsageMeter.name);
  private readonly group: GroupCommit<UsageEvent>;
  private readonly commitSeconds;
  private readonly commitRows;
  private readonly failures;
  private readonly queue;
  private readonly waitSeconds;

  constructor(
    private readonly ledger: DurableLedger,
    private readonly budgets: Budgets,
    private readonly openCalls: OpenCalls,
    private readonly life: ReplicaLife,
    metrics: Metrics,
  ) {
    this.commitSeconds = metrics.histogram(
      'usage_commit_duration_seconds',
      'Time to commit a group of settled calls.',
      [],
      COMMIT_SECONDS,
    );
    this.commitRows = metrics.histogram(
      'usage_commit_rows',
      'Settled calls in one commit.',
      [],
      [1, 2, 5, 10, 25, 50, 100, 250, 500, MAX_BATCH],
    );
    this.failures = metrics.counter('usage_commit_failures_total', 'Groups that could not be committed.', ['fate']);
    this.group = new GroupCommit<UsageEvent>({
      commit: (events) => this.commit(events),
      isPassing,
      maxBatch: MAX_BATCH,
      capacity: CAPACITY,
      pauseMs: PAUSE_MS,
      onFailure: (error, fate, events) => this.noteFailure(error, fate, events),
    });
    this.queue = metrics.gauge('usage_settle_queue', 'Calls that wait to be durable.');
    this.waitSeconds = metrics.histogram(
      'usage_settle_wait_seconds',
      'From the end of a call until it is durable: its wait for a group, and the commit of that.',
      [],
      COMMIT_SECONDS,
    );
    metrics.gauge('usage_open_calls', 'Calls under way.', [], (gauge) => gauge.set(openCalls.size));
    metrics.gauge(
      'budget_holds_forgotten',
      'Holds that no call under way can have made. More than none is a fault of Sluice.',
      [],
      (gauge) => gauge.set(budgets.holds.before(Math.min(openCalls.oldestMs, performance.now()) - HOLD_TO_CALL_MS)),
    );
  }

  /**
   * Sets aside what a call may cost at most, in every budget that caps it or in none of them.
   *
   * @param scopes everything that the call falls under
   * @param most pico-dollars; asked only where something caps the call
   */
  async hold(scopes: readonly ScopeName[], most: () => Pico): Promise<HoldOutcome> {
    if (!this.ledger.accepts)
      return { held: false, error: usageErrors.ledger_full({ retryAfterSeconds: RETRY_AFTER_SECONDS }) };
    return this.budgets.hold(scopes, most);
  }

  /**
   * A call is under way: from now on it leaves a row even if this process dies.
   *
   * @returns to be called once, when it has ended, in a row or in nothing
   */
  begin(call: OpenCall): () => void {
    return this.openCalls.begin(call);
  }

  /**
   * Resolves once the call's row, and what it cost its budgets, is committed. While the database is away it waits
   * for it to come back. Settling the same id again changes nothing.
   *
   * @throws when the row can never be written: the ledger refuses it, or the process stops without a database
   */
  async settle(event: UsageEvent, hold?: BudgetHold): Promise<void> {
    const startedAt = performance.now();
    this.queue.inc();
    try {
      await this.group.add(hold ? { ...event, charges: hold.charges, replicaId: hold.replicaId } : event);
      hold?.settle(event.cost);
      this.waitSeconds.observe((performance.now() - startedAt) / 1_000);
    } finally {
      hold?.release();
      this.queue.dec();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    // A call that was cut off still counts what was said before it joins the queue.
    const patienceEndsAt = performance.now() + SHUTDOWN_GRACE_MS;
    while (this.openCalls.size > 0 && performance.now() < patienceEndsAt) await setTimeout(SHUTDOWN_LOOK_MS);
    await this.group.drain(SHUTDOWN_GRACE_MS);
    await this.openCalls.stop();
    await this.life.leave();
  }

  private async commit(events: readonly UsageEvent[]): Promise<void> {
    const startedAt = performance.now();
    await this.ledger.append(events);
    this.commitSeconds.observe((performance.now() - startedAt) / 1_000);
    this.commitRows.observe(events.length);
  }

  private noteFailure(error: unknown, fate: 'repeated' | 'halved' | 'refused', events: readonly UsageEvent[]): void {
    this.failures.inc({ fate });
    if (fate === 'repeated')
      this.log.warn(`${events.length} settled calls wait: PostgreSQL does not take them.`, error);
    else if (fate === 'refused') for (const event of events) void this.setAside(event, error);
  }

  /** Every number of the row is in the log as well, so that an operator can enter it by hand. */
  private async setAside(event: UsageEvent, error: unknown): Promise<void> {
    this.log.error({ event: { ...event, cost: event.cost.toString() } }, error);
    try {
      await this.ledger.setAside(event, error);
    } catch (failure) {
      this.log.error('A refused call could not be set aside.', failure);
    }
  }
}
