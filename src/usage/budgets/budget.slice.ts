import type { Pico } from '#libs/kernel';

/** Names a budget and the period of it that a call is charged to. */
export interface Charge {
  readonly budgetId: string;
  /** When the period began, as the database wrote it: the text is the period's identity. */
  readonly startsAt: string;
}

/**
 * What this replica may spend of one period of one budget: granted by the database, held by running calls.
 * Held is never more than granted, so whatever is held can be paid.
 */
export class BudgetSlice implements Charge {
  private grantedAmount = 0n;
  private heldAmount = 0n;
  private usedAtMs = performance.now();

  /** @param endsAtMs on the clock of `performance.now()`; Infinity for a period without end */
  constructor(
    readonly budgetId: string,
    readonly startsAt: string,
    private readonly endsAtMs: number,
    /** The name under which it is leased; its cost must be charged to the same. */
    readonly owner: string,
  ) {}

  get granted(): Pico {
    return this.grantedAmount;
  }

  get held(): Pico {
    return this.heldAmount;
  }

  /** What a call may still be held against. */
  get available(): Pico {
    return this.grantedAmount > this.heldAmount ? this.grantedAmount - this.heldAmount : 0n;
  }

  /** Since when nobody asked for it, in milliseconds. */
  get idleMs(): number {
    return performance.now() - this.usedAtMs;
  }

  get isOver(): boolean {
    return performance.now() >= this.endsAtMs;
  }

  grant(amount: Pico): void {
    this.grantedAmount += amount;
  }

  /** @returns whether the amount is held now */
  hold(amount: Pico): boolean {
    this.usedAtMs = performance.now();
    if (this.isOver || this.available < amount) return false;
    this.heldAmount += amount;
    return true;
  }

  release(amount: Pico): void {
    this.heldAmount -= amount;
  }

  /** A held call came to its end: its hold becomes a cost, and the slice shrinks by it as the lease does. */
  settle(held: Pico, cost: Pico): void {
    this.heldAmount -= held;
    this.grantedAmount -= cost < this.grantedAmount ? cost : this.grantedAmount;
  }

  /** Takes back what nobody holds, so that others can have it. @returns how much */
  yield(): Pico {
    const spare = this.available;
    this.grantedAmount -= spare;
    return spare;
  }
}
