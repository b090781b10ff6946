import { Injectable } from '@nestjs/common';
import { RateCounters } from '#libs/cache';
import { authErrors } from '../auth.errors.js';

const MINUTE_MS = 60_000;
const REQUESTS_AN_HOUR = 60;
/** Of 20^8: whoever guesses needs thousands of years for one that waits. */
const CODES_A_MINUTE = 5;

/** Slows down programs that ask for codes, and people who guess them. */
@Injectable()
export class DeviceLimits {
  constructor(private readonly counters: RateCounters) {}

  /** A program that begins to ask for a token. @throws DomainError rate_limited */
  countRequest(network: string): Promise<void> {
    return this.count('device-request', network, REQUESTS_AN_HOUR, 60 * MINUTE_MS);
  }

  /** A code that somebody types. @throws DomainError rate_limited */
  countCode(userId: string): Promise<void> {
    return this.count('device-code', userId, CODES_A_MINUTE, MINUTE_MS);
  }

  private async count(policy: string, who: string, limit: number, windowMs: number): Promise<void> {
    const { count, resetMs } = await this.counters.hit(policy, [who], windowMs);
    if (count <= limit) return;
    const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
    const rate = { policy, limit, remaining: 0, resetSeconds, windowSeconds: windowMs / 1_000 };
    throw authErrors.rate_limited({ retryAfterSeconds: resetSeconds, rate });
  }
}
