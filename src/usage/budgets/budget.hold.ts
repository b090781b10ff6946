import type { Pico } from '#libs/kernel';
import type { BudgetDesk } from './budget.desk.js';
import type { BudgetSlice, Charge } from './budget.slice.js';
import type { HoldBook, OpenHold } from './hold.book.js';

/** What a call may cost at most, set aside in every budget that caps it. Ends once: in a cost, or in nothing. */
export class BudgetHold implements OpenHold {
  readonly sinceMs = performance.now();
  private readonly leaveBook: () => void;
  private ended = false;

  constructor(
    private readonly desk: BudgetDesk,
    private readonly slices: readonly BudgetSlice[],
    readonly amount: Pico,
    book: HoldBook,
  ) {
    this.leaveBook = book.add(this);
  }

  /** The name under which the slices are leased; undefined where nothing caps the call. */
  get replicaId(): string | undefined {
    return this.slices.find(({ startsAt }) => startsAt !== '')?.owner;
  }

  /** The budgets and periods to charge; none where nothing caps the call. */
  get charges(): readonly Charge[] {
    return this.slices
      .filter(({ startsAt }) => startsAt !== '')
      .map(({ budgetId, startsAt }) => ({ budgetId, startsAt }));
  }

  /** The cost is durable: the slices shrink as the leases did. */
  settle(cost: Pico): void {
    if (this.end()) {
      for (const slice of this.slices) {
        slice.settle(this.amount, cost);
        this.desk.noteSpent(slice.budgetId, cost);
      }
    }
  }

  /** The call cost nothing. */
  release(): void {
    if (this.end()) {
      for (const slice of this.slices) {
        slice.release(this.amount);
        this.desk.reconsider(slice.budgetId);
      }
    }
  }

  private end(): boolean {
    const first = !this.ended;
    this.ended = true;
    this.leaveBook();
    return first;
  }
}
