import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';
import { type Pico, picoToUsd } from '#libs/kernel';

interface ReRatingFacts {
  readonly id: string;
  readonly from: Date;
  readonly to: Date;
  readonly prices: string;
  readonly dryRun: boolean;
  readonly events: number;
  readonly changed: number;
  readonly before: Pico;
  readonly after: Pico;
}

/** The calls of a period were rated again; without `dryRun`, the difference is booked. */
export class UsageReRated extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly outcome: ReRatingFacts,
    readonly modelId: string | undefined,
    readonly reason: string,
  ) {
    super(actor);
  }

  audit(): AuditEntry {
    const { id, from, to, prices, dryRun, events, changed, before, after } = this.outcome;
    return {
      action: 'USAGE_RE_RATED',
      resourceType: 're_rating',
      resourceId: id,
      oldValues: { cost: picoToUsd(before) },
      newValues: {
        cost: picoToUsd(after),
        from: from.toISOString(),
        to: to.toISOString(),
        ...(this.modelId === undefined ? {} : { modelId: this.modelId }),
        prices,
        dryRun,
        events,
        changed,
        reason: this.reason,
      },
    };
  }
}
