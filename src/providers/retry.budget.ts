import type { Clock } from '#libs/kernel';

const RATIO = 0.2;
/** So that a quiet process may retry at all. */
const RESERVE = 20;
const REFILL_PER_SECOND = 1;

/**
 * Keeps retries from multiplying the load on a provider that struggles: each call earns a fifth of one, and a small
 * reserve that fills up with time serves those who call seldom.
 */
export class RetryBudget {
  private tokens = RESERVE;
  private at: number;

  constructor(private readonly clock: Clock) {
    this.at = clock.now();
  }

  /** A call was made. */
  earn(): void {
    if (this.tokens < RESERVE) this.tokens += RATIO;
  }

  /** @returns whether one more attempt may be made */
  spend(): boolean {
    const now = this.clock.now();
    this.tokens = Math.min(RESERVE, this.tokens + (Math.max(0, now - this.at) / 1_000) * REFILL_PER_SECOND);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
