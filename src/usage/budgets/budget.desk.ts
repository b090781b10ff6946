import type { Pico } from '#libs/kernel';
import { BudgetAccount } from './budget.account.js';
import type { LeaseGrant, LeaseKept, LeaseWish } from './budget.lease.repository.js';
import { BudgetSlice } from './budget.slice.js';

/** How the desk reaches the database and the other replicas. */
export interface LeaseSource {
  /** The name under which is leased at present; changes only through {@link BudgetDesk.forfeit}. */
  owner(): string;
  lease(wishes: readonly LeaseWish[]): Promise<LeaseGrant[]>;
  /** Gives back everything beyond what is kept. */
  sync(kept: readonly LeaseKept[]): Promise<void>;
  /** Asks the other replicas to give back what they do not need of a budget. */
  recall(budgetId: string): Promise<void>;
}

const RATE_MEMORY_SECONDS = 5;
/** Longer than a replica that is alive can be too busy to answer. */
const RECALL_MS = 1_000;
const REFUSAL_MS = 25;
const YIELD_MS = 1_000;
const IDLE_MS = 3_000;

/**
 * Holds amounts against this replica's slices, and gets more when they run out: callers that wait share one
 * question to the database and are served in the order in which they came.
 */
export class BudgetDesk {
  private readonly accounts = new Map<string, BudgetAccount>();
  /** Slices of periods that are over, until the last call that is held against them has ended. */
  private readonly retired = new Set<BudgetSlice>();
  /** Questions to the database, one after another: a sync must not cut off what a lease is just granting. */
  private turn: Promise<unknown> = Promise.resolve();
  private pumping = false;

  constructor(private readonly source: LeaseSource) {}

  /** Every slice that this replica still answers for. */
  slices(): BudgetSlice[] {
    return [...this.retired, ...[...this.accounts.values()].flatMap(({ slice }) => slice ?? [])];
  }

  /** @returns the slice against which the amount is held; undefined when the budget cannot pay it */
  hold(budgetId: string, amount: Pico): BudgetSlice | Promise<BudgetSlice | undefined> {
    const account = this.account(budgetId);
    if (account.waiting.length === 0 && account.slice?.hold(amount)) return account.slice;
    if (account.refuses(amount)) return Promise.resolve(undefined);
    const held = account.wait(amount);
    this.pump();
    return held;
  }

  /** Notes what was spent, so that the next slice has the right size. */
  noteSpent(budgetId: string, cost: Pico): void {
    const account = this.account(budgetId);
    const now = performance.now();
    const seconds = Math.max((now - account.ratedAtMs) / 1_000, 0.001);
    const weight = 1 - Math.exp(-seconds / RATE_MEMORY_SECONDS);
    account.ratePerSecond += weight * (Number(cost) / seconds - account.ratePerSecond);
    account.ratedAtMs = now;
    this.reconsider(budgetId);
    if (account.isRunningLow) this.pump();
  }

  /** There may be room again: the last refusal means nothing any more, and whoever waits is served or asks again. */
  reconsider(budgetId: string): void {
    const account = this.accounts.get(budgetId);
    if (!account) return;
    account.refused = undefined;
    account.serve();
    if (account.waiting.length > 0) this.pump();
    // What was answered to a recall stays true: what a call leaves over goes back at once.
    if (account.yields && account.waiting.length === 0 && (account.slice?.yield() ?? 0n) > 0n) {
      this.sync().catch(() => undefined);
    }
  }

  /** Limits have changed: what nobody holds was granted under the old ones and goes back, and whoever waits asks anew. */
  async limitsChanged(): Promise<void> {
    const givenBack = this.giveBackAll();
    for (const budgetId of this.accounts.keys()) this.reconsider(budgetId);
    await givenBack;
  }

  /** Another replica has given back what it can. */
  answered(budgetId: string): void {
    const account = this.accounts.get(budgetId);
    if (account && --account.answersMissing <= 0) this.recallOver(account);
  }

  /**
   * Another replica needs a budget: gives back what nobody holds of it.
   *
   * @param isFirst whether the asking replica comes first where both of them wait
   */
  async recalled(budgetId: string, isFirst: boolean): Promise<void> {
    // What is being leased or given back just now has to be there first, or the answer would come before the money.
    await this.exclusively(async () => {
      const account = this.accounts.get(budgetId);
      if (!account || (account.waiting.length > 0 && !isFirst)) return;
      account.yieldsUntilMs = performance.now() + YIELD_MS;
      if ((account.slice?.yield() ?? 0n) > 0n) await this.sayWhatIsKept();
    });
  }

  /** Gives back what has not been used for a while, and what is left of periods that are over. */
  async giveBackIdle(): Promise<void> {
    for (const [id, account] of this.accounts) {
      const { slice } = account;
      if (slice?.isOver) this.retire(account);
      else if (slice && slice.idleMs > IDLE_MS) slice.yield();
      if (account.waiting.length === 0 && (!account.slice || isEmpty(account.slice)) && account.refused === undefined) {
        this.accounts.delete(id);
      }
    }
    await this.sync();
  }

  /** Gives back everything that no running call needs. */
  async giveBackAll(): Promise<void> {
    this.slices().forEach((slice) => slice.yield());
    await this.sync();
  }

  /**
   * The leases are no longer ours: nothing new is held against them, and what runs is charged all the same.
   *
   * @param rename takes the name under which is leased from now on, while no lease is being asked for
   */
  forfeit(rename: () => Promise<void>): Promise<void> {
    return this.exclusively(async () => {
      this.retired.clear();
      for (const account of this.accounts.values()) account.slice = undefined;
      await rename();
    });
  }

  private account(budgetId: string): BudgetAccount {
    let account = this.accounts.get(budgetId);
    if (!account) this.accounts.set(budgetId, (account = new BudgetAccount(budgetId)));
    return account;
  }

  private retire(account: BudgetAccount): void {
    account.slice?.yield();
    if (account.slice && !isEmpty(account.slice)) this.retired.add(account.slice);
    account.slice = undefined;
  }

  private sync(): Promise<void> {
    return this.exclusively(() => this.sayWhatIsKept());
  }

  private async sayWhatIsKept(): Promise<void> {
    for (const slice of this.retired) {
      slice.yield();
      if (isEmpty(slice)) this.retired.delete(slice);
    }
    await this.source.sync(
      this.slices().map(({ budgetId, startsAt, granted }) => ({ budgetId, startsAt, amount: granted })),
    );
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.turn.then(work);
    this.turn = run.catch(() => undefined);
    return run;
  }

  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    void this.exclusively(() => this.ask()).finally(() => {
      this.pumping = false;
      // Whoever came while the last question was answered.
      if ([...this.accounts.values()].some(({ asks }) => asks)) this.pump();
    });
  }

  /** Asks the database once, for every budget that somebody waits for. */
  private async ask(): Promise<void> {
    const asking = [...this.accounts.values()].filter(({ asks }) => asks);
    if (asking.length === 0) return;
    try {
      const grants = await this.source.lease(asking.map((account) => account.wish()));
      const byBudget = new Map(grants.map((grant) => [grant.budgetId, grant]));
      for (const account of asking) this.answer(account, byBudget.get(account.budgetId));
    } catch (error) {
      for (const { waiting } of asking) waiting.splice(0).forEach(({ reject }) => reject(error));
    }
  }

  private answer(account: BudgetAccount, grant: LeaseGrant | undefined): void {
    if (!grant) {
      // The budget was taken away while its callers waited: nothing caps them.
      account.waiting.splice(0).forEach(({ resolve }) => resolve(new Uncapped(account.budgetId)));
      return;
    }
    if (account.slice?.startsAt !== grant.startsAt) {
      this.retire(account);
      const endsAtMs = grant.endsInMs === null ? Infinity : performance.now() + grant.endsInMs;
      account.slice = new BudgetSlice(grant.budgetId, grant.startsAt, endsAtMs, this.source.owner());
    }
    account.slice.grant(grant.granted);
    account.noteGranted(grant.granted);
    if (grant.granted > 0n) account.recall = 'none';
    account.serve();
    if (account.waiting.length === 0 || grant.granted > 0n) return;
    if (grant.others > 0 && account.recall === 'none') this.recall(account, grant.others);
    else {
      account.recall = 'none';
      const most = account.slice.available + grant.free;
      if (grant.others > 0) account.refuseRecalled(most);
      else account.refuseAll(most, REFUSAL_MS);
    }
  }

  private recall(account: BudgetAccount, others: number): void {
    account.beginRecall(others);
    void this.source.recall(account.budgetId).catch(() => undefined);
    // A replica that is gone, or whose message was lost, does not answer.
    account.recallEnds = setTimeout(() => this.recallOver(account), RECALL_MS);
  }

  private recallOver(account: BudgetAccount): void {
    if (account.recall !== 'waiting') return;
    clearTimeout(account.recallEnds);
    account.recall = 'over';
    this.pump();
  }
}

/** Stands where a budget was: holds whatever is asked, and nobody is charged. */
class Uncapped extends BudgetSlice {
  constructor(budgetId: string) {
    super(budgetId, '', Infinity, '');
  }

  override hold(): boolean {
    return true;
  }
}

function isEmpty({ granted, held }: BudgetSlice): boolean {
  return granted === 0n && held === 0n;
}
