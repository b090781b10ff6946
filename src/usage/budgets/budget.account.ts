import type { Pico } from '#libs/kernel';
import type { LeaseWish } from './budget.lease.repository.js';
import type { BudgetSlice } from './budget.slice.js';

/** What a slice shall last for, at the rate of late. */
const SLICE_SECONDS = 2;

/** Somebody who waits for a hold. */
interface Waiting {
  readonly amount: Pico;
  readonly resolve: (slice: BudgetSlice | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Everything this replica knows of one budget. */
export class BudgetAccount {
  slice: BudgetSlice | undefined;
  readonly waiting: Waiting[] = [];
  /** Spent a second, lately; decides how large a slice is worth having. */
  ratePerSecond = 0;
  ratedAtMs = performance.now();
  /** A refusal that still stands: whatever is at least as large is refused as well. */
  refused: { readonly amount: Pico; readonly untilMs: number } | undefined;
  /** Others were asked to give back, and so many have not answered yet; meanwhile it makes no sense to ask again. */
  recall: 'none' | 'waiting' | 'over' = 'none';
  recallEnds: NodeJS.Timeout | undefined;
  answersMissing = 0;
  /** Another replica is in need: until then nothing is kept that no running call needs, and no more is leased. */
  yieldsUntilMs = 0;

  constructor(readonly budgetId: string) {}

  get asks(): boolean {
    return this.waiting.length > 0 && this.recall !== 'waiting';
  }

  get yields(): boolean {
    return performance.now() < this.yieldsUntilMs;
  }

  refuses(amount: Pico): boolean {
    return this.refused !== undefined && amount >= this.refused.amount && performance.now() < this.refused.untilMs;
  }

  /** Holds for whoever waits, in the order in which they came, as far as the slice reaches. */
  serve(): void {
    const { slice, waiting } = this;
    while (waiting[0] && slice?.hold(waiting[0].amount)) waiting.shift()?.resolve(slice);
  }

  /**
   * Refuses whoever wants more than there is.
   * @param standsMs how long the refusal holds for others too: nothing where another replica can change it unheard
   */
  refuse(most: Pico, standsMs: number): void {
    const payable = this.waiting.filter(({ amount }) => amount <= most);
    const refused = this.waiting.filter(({ amount }) => amount > most);
    this.waiting.splice(0, this.waiting.length, ...payable);
    refused.forEach(({ resolve }) => resolve(undefined));
    this.refused = { amount: most + 1n, untilMs: performance.now() + standsMs };
  }

  wish(): LeaseWish {
    const available = this.slice && !this.slice.isOver ? this.slice.available : 0n;
    const lacking = (amount: Pico): Pico => (amount > available ? amount - available : 1n);
    const all = this.waiting.reduce((sum, { amount }) => sum + amount, 0n);
    const ahead = this.yields ? 0n : BigInt(Math.round(this.ratePerSecond * SLICE_SECONDS));
    return { budgetId: this.budgetId, needed: lacking(this.waiting[0]?.amount ?? 0n), wanted: lacking(all) + ahead };
  }
}
