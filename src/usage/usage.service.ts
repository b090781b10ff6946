import { Injectable } from '@nestjs/common';
import { accessErrors, hasPermission, personOf, type Principal } from '#libs/access';
import { type DateBounds, timeRange } from '#libs/http';
import { Clock, type CursorPage, type Pico } from '#libs/kernel';
import { type CapView, viewOf } from '#libs/limits';
import { BudgetLimits } from './budgets/budget.limits.js';
import type { UsageEventEntity } from './usage-event.entity.js';
import { usagePermissions } from './usage.permissions.js';
import { recentRange } from './usage.range.js';
import { UsageRepository, type UsageSums, type UsageTotals } from './usage.repository.js';

/** What a person asks about; without `userId`, about their own calls. */
export interface UsageQuestion extends DateBounds {
  readonly userId?: string;
  readonly modelId?: string;
  readonly apiKeyId?: string;
}

export interface UsageSummary extends UsageSums {
  readonly startDate: Date;
  readonly endDate: Date;
}

/** What a person may spend, and what is left of it. */
export interface BudgetView extends CapView {
  /** Never below zero. */
  readonly remaining: Pico | null;
  readonly resetAt: Date | null;
}

/** Shows people what they used and what it cost, and administrators what others did. */
@Injectable()
export class UsageService {
  constructor(
    private readonly usage: UsageRepository,
    private readonly caps: BudgetLimits,
    private readonly clock: Clock,
  ) {}

  /** The sums of a range of time, by default the last 30 days. */
  async summarize(actor: Principal, { userId, startDate, endDate, ...filter }: UsageQuestion): Promise<UsageSummary> {
    const owner = ownerAskedFor(actor, userId);
    const now = this.clock.date();
    const { from, to } = recentRange({ startDate, endDate }, now);
    const sums = await this.usage.sum({ ...filter, userId: owner, from, to });
    return { ...sums, startDate: from, endDate: to ?? now };
  }

  /** The actor's calls of the calendar month that runs, in UTC. */
  async month(actor: Principal): Promise<UsageTotals & { readonly since: Date }> {
    const now = this.clock.date();
    const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
    const { totals } = await this.usage.sum({ userId: personOf(actor).userId, from: since, to: undefined });
    return { ...totals, since };
  }

  /** The cap that holds over all keys of the actor. */
  async budget(actor: Principal): Promise<BudgetView> {
    const { userId } = personOf(actor);
    const cap = viewOf((await this.caps.of('user', [userId])).get(userId));
    const { maxBudget, spend } = cap;
    const left = maxBudget === null ? null : maxBudget - (spend ?? 0n);
    return { ...cap, remaining: left !== null && left < 0n ? 0n : left, resetAt: cap.budgetResetAt };
  }

  async listLogs(
    actor: Principal,
    question: UsageQuestion & { status?: string; cursor?: string; limit: number },
  ): Promise<CursorPage<UsageEventEntity>> {
    const { userId, startDate, endDate, cursor, limit, ...filter } = question;
    const owner = ownerAskedFor(actor, userId);
    return this.usage.findFeed({ ...filter, ...timeRange({ startDate, endDate }), userId: owner }, { cursor, limit });
  }
}

/** The one whose calls may be shown: the actor, or whom they name and may look at. */
function ownerAskedFor(actor: Principal, userId: string | undefined): string {
  const own = personOf(actor).userId;
  if (userId === undefined || userId === own) return own;
  if (!hasPermission(actor, usagePermissions['read-all'])) throw accessErrors.permission_denied();
  return userId;
}
