import { Injectable } from '@nestjs/common';
import { type Principal, SYSTEM } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { EventBus } from '#libs/events';
import { Clock, newId } from '#libs/kernel';
import { PersonalData } from '#libs/privacy';
import { RetentionRun } from '../events/privacy.events.js';
import { PersonalDataRepository } from '../personal-data.repository.js';
import { privacyConfig } from '../privacy.config.js';
import { UnverifiedAccounts } from './unverified.accounts.js';

/** So that a rule that is wrong is seen before it has done much. */
export const MOST_A_RUN = 100;
const DAY_MS = 86_400_000;

/** What a rule found and did. */
export interface RuleOutcome {
  readonly kind: string;
  readonly description: string;
  readonly days: number;
  readonly due: number;
  readonly deleted: number;
}

export interface RetentionOutcome {
  readonly id: string;
  readonly dryRun: boolean;
  readonly due: number;
  readonly deleted: number;
  readonly counts: readonly RuleOutcome[];
}

/** One kind of thing that is deleted after some days. */
interface Rule {
  readonly kind: string;
  readonly description: string;
  readonly days: number;
  count(before: Date): Promise<number>;
  remove(before: Date, most: number): Promise<number>;
}

/** Deletes what is of no use any more, a little at a time, and says beforehand what that would be. */
@Injectable()
export class RetentionService {
  private readonly rules: readonly Rule[];

  constructor(
    private readonly data: PersonalDataRepository,
    private readonly unverified: UnverifiedAccounts,
    private readonly events: EventBus,
    private readonly clock: Clock,
    personal: PersonalData,
    @InjectConfig(privacyConfig) { unverifiedDays }: ConfigOf<typeof privacyConfig>,
  ) {
    this.rules = [
      {
        kind: 'unverified-accounts',
        description: 'Accounts that somebody made, and neither verified nor ever used.',
        days: unverifiedDays,
        count: (before) => this.unverified.count(before),
        remove: (before, most) => this.unverified.remove(before, most),
      },
      ...personal.retention.map((rule) => ({
        ...rule,
        count: (before: Date) => this.data.countDue(rule, before),
        remove: (before: Date, most: number) => this.data.deleteDue(rule, before, most),
      })),
    ];
  }

  async run(actor: Principal = SYSTEM, dryRun = false): Promise<RetentionOutcome> {
    const counts: RuleOutcome[] = [];
    let deleted = 0;
    for (const { kind, description, days, ...rule } of this.rules) {
      const before = new Date(+this.clock.date() - days * DAY_MS);
      const due = days === 0 ? 0 : await rule.count(before);
      const left = dryRun ? 0 : Math.min(due, MOST_A_RUN - deleted);
      const removed = left > 0 ? await rule.remove(before, left) : 0;
      deleted += removed;
      counts.push({ kind, description, days, due, deleted: removed });
    }
    const outcome = { id: newId(), dryRun, due: counts.reduce((sum, { due }) => sum + due, 0), deleted, counts };
    await this.events.publish(new RetentionRun(actor, outcome.id, dryRun, counts));
    return outcome;
  }
}
