import { LinkedList, type Pico } from '#libs/kernel';

/** What is set aside for one call, and since when, on the clock of `performance.now()`. */
export interface OpenHold {
  readonly amount: Pico;
  readonly sinceMs: number;
}

/** Knows every hold that has not ended, so that one which was forgotten can be seen. */
export class HoldBook {
  private readonly open = new LinkedList<OpenHold>();

  /** @returns to be called when it has ended */
  add(hold: OpenHold): () => void {
    return this.open.add(hold);
  }

  /** Those that set something aside: a call that nothing caps has a hold of nothing. */
  get size(): number {
    let count = 0;
    for (const { amount } of this.open) if (amount > 0n) count += 1;
    return count;
  }

  /** Each call once, in however many budgets it is held. */
  get amount(): Pico {
    let sum = 0n;
    for (const { amount } of this.open) sum += amount;
    return sum;
  }

  /** How many are older than a moment. */
  before(ms: number): number {
    let count = 0;
    for (const { sinceMs } of this.open) if (sinceMs < ms) count += 1;
    return count;
  }
}
