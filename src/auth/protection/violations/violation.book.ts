import { Injectable, Logger } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, DomainError, newId } from '#libs/kernel';
import { AccountStanding } from '../../../users/account.standing.js';
import { NetworkBanned } from '../../events/protection.events.js';
import { DEFAULT_SCORES, readScores, type ViolationType } from './violation.scores.js';
import { violationsConfig } from './violations.config.js';
import { type Offender, ViolationsRepository } from './violations.repository.js';

/** Something that somebody should not have done. */
export interface Violation {
  readonly type: ViolationType;
  /** Who did it; of a failed sign-in, whose account was tried. */
  readonly userId?: string | undefined;
  readonly network?: string | undefined;
}

const HOUR_MS = 3_600_000;
const WINDOW_MS = { user: 24 * HOUR_MS, network: HOUR_MS } as const;

/** Writes violations down, and bans whoever has too many points. */
@Injectable()
export class ViolationBook {
  private readonly log = new Logger(ViolationBook.name);
  private readonly scores;

  constructor(
    private readonly violations: ViolationsRepository,
    private readonly accounts: AccountStanding,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
    @InjectConfig(violationsConfig) private readonly config: ConfigOf<typeof violationsConfig>,
  ) {
    this.scores = readScores(config.scores) ?? DEFAULT_SCORES;
  }

  async write({ type, userId, network }: Violation): Promise<void> {
    const score = this.scores[type];
    const createdAt = this.clock.date();
    const offenders: Offender[] = [
      // Whoever tries an account is somebody else until they prove to be its owner.
      ...(userId === undefined || type === 'login' ? [] : [{ kind: 'user' as const, id: userId }]),
      ...(network === undefined || network === '' ? [] : [{ kind: 'network' as const, id: network }]),
    ];
    await this.work.run(async () => {
      // Always in this order, so that no two wait for each other.
      for (const offender of offenders) await this.violations.lock(offender);
      await this.violations.insert({
        id: newId(),
        type,
        score,
        userId: userId ?? null,
        network: network ?? null,
        createdAt,
      });
      if (score === 0 || !this.config.bans) return;
      for (const offender of offenders) await this.judge(offender, score, createdAt);
    });
  }

  /** As many points again, and not each one after that, ban again. */
  private async judge(offender: Offender, score: number, now: Date): Promise<void> {
    const most = offender.kind === 'user' ? this.config.points : this.config.networkPoints;
    if (most === 0) return;
    const points = await this.violations.points(offender, new Date(now.getTime() - WINDOW_MS[offender.kind]));
    if (Math.floor(points / most) === Math.floor((points - score) / most)) return;
    const until = new Date(now.getTime() + this.config.minutes * 60_000);
    if (offender.kind === 'user') await this.banPerson(offender.id, until);
    else {
      await this.violations.banNetwork(offender.id, until);
      await this.events.publish(new NetworkBanned(SYSTEM, offender.id, until));
    }
  }

  private async banPerson(id: string, until: Date): Promise<void> {
    try {
      await this.accounts.ban(SYSTEM, id, { until, reason: 'Too many violations.' });
    } catch (error) {
      // A house without anybody to administer it is worse.
      if (!(error instanceof DomainError)) throw error;
      this.log.warn({ reason: error.code }, 'Somebody with too many violations was not banned');
    }
  }
}
