import type { RateStanding } from '#libs/kernel';
import type { RateTake, RateWindows } from '#libs/limits';
import type { QuotaPlace } from '../quotas/quotas.js';
import type { ParallelCalls } from './parallel.calls.js';

/** What a running call occupies of the limits that it falls under. Ends once, however often it is told to. */
export class CallTicket {
  private ended = false;

  constructor(
    private readonly windows: RateWindows,
    private readonly parallel: ParallelCalls,
    private readonly slots: readonly string[],
    private readonly takes: readonly RateTake[],
    private readonly quota: QuotaPlace,
  ) {}

  /** The limit on requests of which the least is left; undefined where nothing limits the call. */
  get standing(): RateStanding | undefined {
    let tightest: RateTake | undefined;
    for (const take of this.takes) {
      if (take.rule.policy === 'requests' && (!tightest || take.remaining < tightest.remaining)) tightest = take;
    }
    return tightest?.standing();
  }

  /**
   * @param tokens that the call used, prompt and answer together
   * @param isCounted whether it was a call in the eyes of the ledger: a provider worked for it
   */
  finish(tokens: number, isCounted: boolean): void {
    if (!this.end()) return;
    this.quota.end(isCounted ? tokens : undefined);
    for (const take of this.takes) if (take.rule.policy === 'tokens') this.windows.correct(take, tokens);
  }

  /** The call was not made after all: it counts for nothing. */
  cancel(): void {
    if (!this.end()) return;
    this.quota.end(undefined);
    for (const take of this.takes) this.windows.giveBack(take);
  }

  private end(): boolean {
    if (this.ended) return false;
    this.ended = true;
    this.parallel.leave(this.slots);
    return true;
  }
}
