import { Injectable } from '@nestjs/common';
import { RateCounters } from '#libs/cache';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { authConfig } from './auth.config.js';
import { NetworkBans } from './protection/violations/network.bans.js';
import { authErrors } from './auth.errors.js';
import { recoveryConfig } from './recovery/recovery.config.js';

const HOUR_MS = 3_600_000;

/** Slows down whoever tries passwords or makes accounts in bulk. Every attempt counts, also one that succeeds. */
@Injectable()
export class AttemptLimits {
  constructor(
    private readonly counters: RateCounters,
    private readonly bans: NetworkBans,
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
    @InjectConfig(recoveryConfig) private readonly recovery: ConfigOf<typeof recoveryConfig>,
  ) {}

  /**
   * @returns whether the account is tried from so many networks that only those it is used from should get further
   * @throws DomainError rate_limited, banned
   */
  async countSignIn(network: string, email: string): Promise<boolean> {
    const { rateMax, networkRateMax, accountRateMax, rateWindowSeconds } = this.config;
    const windowMs = rateWindowSeconds * 1_000;
    // First whatever bounds how many names the other counters must remember of one network.
    await this.count('sign-in-network', [network], networkRateMax, windowMs);
    await this.count('sign-in', [network, email], rateMax, windowMs);
    await this.bans.mustBeFree(network);
    const { count } = await this.counters.hit('sign-in-account', [email], windowMs);
    return count > accountRateMax;
  }

  /**
   * Whoever leaves for an identity provider leaves a row behind.
   *
   * @throws DomainError rate_limited, banned
   */
  async countDeparture(network: string): Promise<void> {
    const { networkRateMax, rateWindowSeconds } = this.config;
    await this.count('departure', [network], networkRateMax, rateWindowSeconds * 1_000);
    await this.bans.mustBeFree(network);
  }

  /** @throws DomainError rate_limited, banned */
  async countRegistration(network: string): Promise<void> {
    await this.count('registration', [network], this.config.registrationRateMax, HOUR_MS);
    await this.bans.mustBeFree(network);
  }

  /**
   * A mail that somebody asks for, whether or not there will be one. What others ask for from elsewhere does not count:
   * nobody may keep an account from being recovered.
   *
   * @throws DomainError rate_limited
   */
  async countLetter(purpose: string, network: string, email: string): Promise<void> {
    await this.count(`letter-network:${purpose}`, [network], this.recovery.networkRateMax, HOUR_MS);
    await this.count(`letter:${purpose}`, [network, email], this.recovery.rateMax, HOUR_MS);
  }

  /** A text message that somebody asks for: each costs money, and wakes somebody up. @throws DomainError rate_limited */
  async countText(network: string, userId: string, phone: string): Promise<void> {
    await this.count('text-network', [network], this.recovery.networkRateMax, HOUR_MS);
    await this.count('text', [userId], this.recovery.rateMax, HOUR_MS);
    await this.count('text-phone', [phone], this.recovery.rateMax, HOUR_MS);
  }

  /** A link or a code that somebody tries. @throws DomainError rate_limited */
  async countGuess(purpose: string, network: string): Promise<void> {
    await this.count(`guess:${purpose}`, [network], this.recovery.networkRateMax, HOUR_MS);
  }

  /** A password that somebody who is signed in gives again. @throws DomainError rate_limited */
  async countPassword(userId: string): Promise<void> {
    const { rateMax, rateWindowSeconds } = this.config;
    await this.count('password', [userId], rateMax, rateWindowSeconds * 1_000);
  }

  /** A sign-in with a passkey that somebody begins. @throws DomainError rate_limited */
  async countPasskey(network: string): Promise<void> {
    const { networkRateMax, rateWindowSeconds } = this.config;
    await this.count('passkey', [network], networkRateMax, rateWindowSeconds * 1_000);
  }

  private async count(purpose: string, who: readonly string[], most: number, windowMs: number): Promise<void> {
    const { count, resetMs } = await this.counters.hit(purpose, who, windowMs);
    if (count <= most) return;
    const resetSeconds = Math.max(1, Math.ceil(resetMs / 1_000));
    const windowSeconds = windowMs / 1_000;
    throw authErrors.rate_limited({
      retryAfterSeconds: resetSeconds,
      rate: { policy: purpose, limit: most, remaining: 0, resetSeconds, windowSeconds },
    });
  }
}
