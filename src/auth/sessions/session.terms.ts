import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Clock } from '#libs/kernel';
import { sessionsConfig } from './sessions.config.js';

const DAY_MS = 24 * 3_600_000;

/** How many sessions somebody may have, and how long each of them lasts. */
@Injectable()
export class SessionTerms {
  /** Sessions of one person at a time. */
  readonly most: number;
  private readonly idleMs: number;
  private readonly lifeMs: number;

  constructor(
    @InjectConfig(sessionsConfig) { most, idleDays, lifeDays }: ConfigOf<typeof sessionsConfig>,
    private readonly clock: Clock,
  ) {
    this.most = most;
    this.idleMs = idleDays * DAY_MS;
    this.lifeMs = lifeDays * DAY_MS;
  }

  now(): Date {
    return this.clock.date();
  }

  /** When a session ends by itself that began then and is used now. */
  end(began: Date, now: Date): Date {
    return new Date(Math.min(now.getTime() + this.idleMs, began.getTime() + this.lifeMs));
  }
}
