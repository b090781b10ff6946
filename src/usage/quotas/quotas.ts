import { Injectable, Logger } from '@nestjs/common';
import QuickLRU from 'quick-lru';
import { isConnectionLoss } from '#libs/database';
import { ChangeFeed } from '#libs/events';
import { defineErrors, type DomainError } from '#libs/kernel';
import { type Quota, QuotaCount, type QuotaSpent } from './quota.count.js';
import { QuotaRepository } from './quota.repository.js';

export const quotaErrors = defineErrors({
  quota_exceeded: ['rate_limited', 'The quota of this subscription is used up. A new period begins after Retry-After.'],
});

export type { Quota };

/** Whether a call may count towards a quota; the place must be ended with the call. */
export type QuotaOutcome =
  { readonly admitted: true; readonly place: QuotaPlace } | { readonly admitted: false; readonly error: DomainError };

/** A running call in the count of its subscription. */
export interface QuotaPlace {
  /** Once. @param tokens that the call used; undefined for a call that counts for nothing */
  end(tokens: number | undefined): void;
}

const MOST_SUBSCRIPTIONS = 100_000;
/** What other replicas count comes in at least this often; that a quota is used up, at once. */
const FRESH_MS = 30_000;
/** Nobody is refused for what was known longer ago. */
const CERTAIN_MS = 250;

/**
 * Lets calls through until the quota of their subscription is used: calls, and tokens in and out, in a period. The
 * ledger counts them in the transaction of their rows, so nothing is lost and nothing counts twice; here is kept what
 * it said, and a call is only refused after a look at it. A quota can be exceeded by what runs while its last units
 * are used: by the tokens of calls under way, and by the calls under way on other replicas.
 */
@Injectable()
export class Quotas {
  private readonly log = new Logger(Quotas.name);
  private readonly counts = new QuickLRU<string, QuotaCount>({ maxSize: MOST_SUBSCRIPTIONS });
  private readonly reading = new Map<QuotaCount, Promise<void>>();

  constructor(
    private readonly repository: QuotaRepository,
    changes: ChangeFeed,
  ) {
    changes.on('quotas', (subscriptionId) => this.counts.get(subscriptionId)?.doubt());
    changes.onGap(() => this.counts.forEach((count) => count.doubt()));
  }

  /** At once where this replica knows enough. */
  enter(quota: Quota): QuotaOutcome | Promise<QuotaOutcome> {
    const count = this.countOf(quota);
    if (count.isUnknown || (count.ageMs > CERTAIN_MS && count.spent(quota))) {
      return this.read(quota, count).then(() => conclude(quota, count));
    }
    if (count.ageMs > FRESH_MS) void this.read(quota, count);
    return conclude(quota, count);
  }

  /** What a call would be told, without counting one. */
  async refusal(quota: Quota): Promise<DomainError | undefined> {
    const count = this.countOf(quota);
    await this.read(quota, count);
    const spent = count.spent(quota);
    return spent && refused(spent, count);
  }

  private countOf({ subscriptionId }: Quota): QuotaCount {
    let count = this.counts.get(subscriptionId);
    if (!count) this.counts.set(subscriptionId, (count = new QuotaCount()));
    return count;
  }

  /** Never rejects: a count that cannot be read stays as it is. */
  private read({ subscriptionId }: Quota, count: QuotaCount): Promise<void> {
    const known = this.reading.get(count);
    if (known) return known;
    const reading = count
      .read(() => this.repository.useOf(subscriptionId))
      .catch((error: unknown) => {
        if (!isConnectionLoss(error)) this.log.warn('What is used of a quota cannot be read at present.', error);
      })
      .finally(() => this.reading.delete(count));
    this.reading.set(count, reading);
    return reading;
  }
}

function conclude(quota: Quota, count: QuotaCount): QuotaOutcome {
  const spent = count.spent(quota);
  if (spent) return { admitted: false, error: refused(spent, count) };
  count.begin();
  return { admitted: true, place: count };
}

function refused({ policy, limit }: QuotaSpent, count: QuotaCount): DomainError {
  const { resetSeconds, windowSeconds } = count;
  return quotaErrors.quota_exceeded({
    retryAfterSeconds: resetSeconds,
    rate: { policy, limit, remaining: 0, resetSeconds, windowSeconds },
  });
}
