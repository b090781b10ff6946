import type { QuotaUse } from './quota.repository.js';

/** So long what is known here has to do where the database cannot be asked. */
const UNREADABLE_MS = 2_000;

/** How much of its model a subscription allows in a period. */
export interface Quota {
  readonly subscriptionId: string;
  readonly requests: number;
  readonly tokens: number;
}

/** The count that is used up, and how much it is. */
export interface QuotaSpent {
  readonly policy: 'requests' | 'tokens';
  readonly limit: number;
}

/**
 * What is known here of the use of one subscription: what the database said last, what ended here since it was
 * asked, and the calls that run. Times are those of `performance.now()`.
 */
export class QuotaCount {
  private use: QuotaUse | undefined;
  private readAtMs = -Infinity;
  private endsAtMs = -Infinity;
  /** How often what is known was doubted, and how many of these doubts were answered. */
  private doubts = 1;
  private answeredDoubts = 0;
  private running = 0;
  /** What ended here since the answer that is believed in was asked for. */
  private sinceRequests = 0;
  private sinceTokens = 0;

  /** Whether nothing is known of the period that holds now. */
  get isUnknown(): boolean {
    return this.doubts > this.answeredDoubts || performance.now() >= this.endsAtMs;
  }

  get ageMs(): number {
    return performance.now() - this.readAtMs;
  }

  get resetSeconds(): number {
    return Math.max(1, Math.ceil((this.endsAtMs - performance.now()) / 1_000));
  }

  get windowSeconds(): number {
    return Math.round((this.use?.lengthMs ?? 0) / 1_000);
  }

  /** @param quota of which a call that comes now finds nothing left, if there is such a one */
  spent({ requests, tokens }: Quota): QuotaSpent | undefined {
    const use = this.use ?? { requests: 0, tokens: 0 };
    if (use.requests + this.sinceRequests + this.running >= requests) return { policy: 'requests', limit: requests };
    if (use.tokens + this.sinceTokens >= tokens) return { policy: 'tokens', limit: tokens };
    return undefined;
  }

  begin(): void {
    this.running += 1;
  }

  /** @param tokens that the call used; undefined for a call that counts for nothing */
  end(tokens: number | undefined): void {
    this.running -= 1;
    if (tokens === undefined) return;
    this.sinceRequests += 1;
    this.sinceTokens += tokens;
  }

  /** Somebody else changed what is known. */
  doubt(): void {
    this.doubts += 1;
  }

  /** What ends while the answer is on its way may or may not be in it; until the next one it counts as not. */
  async read(ask: () => Promise<QuotaUse>): Promise<void> {
    const askedAtMs = performance.now();
    const { sinceRequests, sinceTokens, doubts } = this;
    try {
      this.use = await ask();
      this.endsAtMs = askedAtMs + this.use.endsInMs;
      this.sinceRequests -= sinceRequests;
      this.sinceTokens -= sinceTokens;
    } catch (error) {
      this.endsAtMs = Math.max(this.endsAtMs, askedAtMs + UNREADABLE_MS);
      throw error;
    } finally {
      this.readAtMs = askedAtMs;
      this.answeredDoubts = doubts;
    }
  }
}
