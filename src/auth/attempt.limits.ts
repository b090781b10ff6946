import { Injectable } from '@nestjs/common';
import { RateCounters } from '#libs/cache';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { sha256 } from '#libs/crypto';
import { authConfig } from './auth.config.js';
import { authErrors } from './auth.errors.js';

const HOUR_MS = 3_600_000;

/** Slows down whoever tries passwords or makes accounts in bulk. Every attempt counts, also one that succeeds. */
@Injectable()
export class AttemptLimits {
  constructor(
    private readonly counters: RateCounters,
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
  ) {}

  /** @throws DomainError rate_limited */
  async countSignIn(ip: string, email: string): Promise<void> {
    const { rateMax, rateWindowSeconds } = this.config;
    await this.count(['sign-in', ip, email], rateMax, rateWindowSeconds * 1_000);
  }

  /** @throws DomainError rate_limited */
  async countRegistration(ip: string): Promise<void> {
    await this.count(['registration', ip], this.config.registrationRateMax, HOUR_MS);
  }

  private async count(parts: readonly string[], most: number, windowMs: number): Promise<void> {
    // Counters may live in Redis: addresses do not go there.
    const key = sha256(JSON.stringify(parts)).toString('base64url');
    const { count, resetMs } = await this.counters.hit(key, windowMs);
    if (count > most) throw authErrors.rate_limited({ retryAfterSeconds: Math.max(1, Math.ceil(resetMs / 1_000)) });
  }
}
