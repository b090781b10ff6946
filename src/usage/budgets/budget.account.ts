import type { Pico } from '#libs/kernel';
import type { LeaseWish } from './budget.lease.repository.js';
import type { BudgetSlice } from './budget.slice.js';

/** What a slice shall last for, at the rate of late. */
const SLICE_SECONDS = 2;
/** What lasts no longer than this is running low. */
const LOW_SECONDS = 1;
/** How long nothing is asked for ahead where there was less than that: what little there is goes to whoever waits. */
const AHEAD_PAUSE_MS = 250;

/** Somebody who waits for a hold. */
interface Waiting {
  readonly amount: Pico;
  /** Counted up from one caller to the next. */
  readonly place: number;
  readonly resolve: (slice: BudgetSlice | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Everything this replica knows of one budget. */
export class BudgetAccount {
  slice: BudgetSlice | undefined;
  readonly waiting: Waiting[] = [];
  private places = 0;
  /** Spent a second, lately; decides how large a slice is worth having. */
  ratePerSecond = 0;
  ratedAtMs = performance.now();
  /** A refusal that still stands: whatever is at least as large is refused as well. */
  refused: { readonly amount: Pico; readonly untilMs: number } | undefined;
  /** Others were asked to give back, and so many have not answered yet; meanwhile it makes no sense to ask again. */
  recall: 'none' | 'waiting' | 'over' = 'none';
  recallEnds: NodeJS.Timeout | undefined;
  /** Who was waiting then. Whoever came later has others asked anew: what came free meanwhile is still on its way. */
  private recalledUpTo = 0;
  answersMissing = 0;
  /** Another replica is in need: until then nothing is kept that no running call needs, and no more is leased. */
  yieldsUntilMs = 0;
  private aheadFromMs = 0;
  private wanted = 0n;

  constructor(readonly budgetId: string) {}

  get asks(): boolean {
    return (this.waiting.length > 0 && this.recall !== 'waiting') || this.isRunningLow;
  }

  /** The slice will soon be used up: the next one is asked for before a call has to wait for it. */
  get isRunningLow(): boolean {
    const { slice } = this;
    if (!slice || slice.isOver || this.yields || this.recall !== 'none') return false;
    return Number(slice.available) < this.ratePerSecond * LOW_SECONDS && performance.now() >= this.aheadFromMs;
  }

  get yields(): boolean {
    return performance.now() < this.yieldsUntilMs;
  }

  /** Resolves with the slice that the amount is held against, or with none. */
  wait(amount: Pico): Promise<BudgetSlice | undefined> {
    if (this.waiting.length === 0 && this.recall === 'over') this.recall = 'none';
    return new Promise((resolve, reject) => {
      this.waiting.push({ amount, place: (this.places += 1), resolve, reject });
    });
  }

  /** Others are asked to give back what they do not need, for whoever waits now. */
  beginRecall(others: number): void {
    this.recall = 'waiting';
    this.answersMissing = others;
    this.recalledUpTo = this.places;
  }

  refuses(amount: Pico): boolean {
    return this.refused !== undefined && amount >= this.refused.amount && performance.now() < this.refused.untilMs;
  }

  /** Holds for whoever waits, in the order in which they came, as far as the slice reaches. */
  serve(): void {
    const { slice, waiting } = this;
    while (waiting[0] && slice?.hold(waiting[0].amount)) waiting.shift()?.resolve(slice);
  }

  /** Refuses whoever wants more than there is, where no other replica has anything; that stands for a moment. */
  refuseAll(most: Pico, standsMs: number): void {
    this.refuse(({ amount }) => amount > most);
    this.refused = { amount: most + 1n, untilMs: performance.now() + standsMs };
  }

  /** Refuses whoever wants more than there is after the others gave back what they could. */
  refuseRecalled(most: Pico): void {
    this.refuse(({ amount, place }) => amount > most && place <= this.recalledUpTo);
  }

  private refuse(isRefused: (one: Waiting) => boolean): void {
    const refused = this.waiting.filter(isRefused);
    this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((one) => !isRefused(one)));
    refused.forEach(({ resolve }) => resolve(undefined));
  }

  wish(): LeaseWish {
    const available = this.slice && !this.slice.isOver ? this.slice.available : 0n;
    const lacking = (amount: Pico): Pico => (amount > available ? amount - available : 1n);
    const all = this.waiting.reduce((sum, { amount }) => sum + amount, 0n);
    const ahead = this.yields ? 0n : BigInt(Math.round(this.ratePerSecond * SLICE_SECONDS));
    this.wanted = lacking(all) + ahead;
    // Until the answer is there, and also where there is none: a question that fails must not be asked in circles.
    this.aheadFromMs = performance.now() + AHEAD_PAUSE_MS;
    return { budgetId: this.budgetId, needed: lacking(this.waiting[0]?.amount ?? 0n), wanted: this.wanted };
  }

  /** So much came of what was wished for last: after all of it, more may be wished for at once. */
  noteGranted(amount: Pico): void {
    if (amount >= this.wanted) this.aheadFromMs = 0;
  }
}
