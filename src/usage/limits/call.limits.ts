import { Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal, CallerLimits, CallerRate } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { defineErrors, type DomainError } from '#libs/kernel';
import { limitErrors, type RateRule, type RateTake, RateWindows } from '#libs/limits';
import { type Quota, type QuotaOutcome, type QuotaPlace, Quotas } from '../quotas/quotas.js';
import { callLimitsConfig } from './call-limits.config.js';
import { CallTicket } from './call.ticket.js';
import { ParallelCalls, type ParallelLimit } from './parallel.calls.js';

export const callLimitErrors = defineErrors({
  concurrent_limit_exceeded: ['rate_limited', 'Too many calls at a time. Wait until one of yours has ended.'],
});

export type { CallTicket, Quota };

/** Whether a call may be made now; the ticket must be ended with the call. */
export type LimitOutcome =
  { readonly admitted: true; readonly ticket: CallTicket } | { readonly admitted: false; readonly error: DomainError };

/** What a call asks for, and how much of it may be asked for. */
export interface LimitedModel {
  readonly modelId: string;
  readonly quota: Quota;
}

const MINUTE_MS = 60_000;
/** A replica takes along a hundredth of a limit, or twice what it needed within the last second. */
const AHEAD = 100;
const RETRY_PARALLEL_SECONDS = 1;

/**
 * Lets calls through as far as the quota of the subscription and the limits of the key, its owner and its team
 * allow: calls and tokens a minute over all replicas, calls at a time in each. All of them or none.
 *
 * Tokens are taken at an estimate, or what is left of them if that is less, and corrected by what was used: a minute
 * sees more than its limit by what running calls use beyond their estimates, and by no further call.
 */
@Injectable()
export class CallLimits {
  private readonly parallel = new ParallelCalls();
  private readonly rules = new WeakMap<CallerRate, RateRule>();

  constructor(
    private readonly windows: RateWindows,
    private readonly quotas: Quotas,
    @InjectConfig(callLimitsConfig) private readonly config: ConfigOf<typeof callLimitsConfig>,
  ) {}

  /**
   * At once where this replica knows enough.
   *
   * @param of the model, and how much of it the subscription allows
   * @param tokens what the call may use, prompt and answer together; asked only where tokens are limited
   */
  enter(actor: ApiKeyPrincipal, of: LimitedModel, tokens: () => number): LimitOutcome | Promise<LimitOutcome> {
    const entered = this.quotas.enter(of.quota);
    const goOn = (outcome: QuotaOutcome): LimitOutcome | Promise<LimitOutcome> =>
      outcome.admitted ? this.enterCounted(actor, of.modelId, outcome.place, tokens) : outcome;
    return entered instanceof Promise ? entered.then(goOn) : goOn(entered);
  }

  /** What a call would be told of its quota, without counting one. */
  quotaRefusal(quota: Quota): Promise<DomainError | undefined> {
    return this.quotas.refusal(quota);
  }

  private enterCounted(
    actor: ApiKeyPrincipal,
    modelId: string,
    quota: QuotaPlace,
    tokens: () => number,
  ): LimitOutcome | Promise<LimitOutcome> {
    const { limits } = actor;
    const places = this.placesOf(actor);
    if (!this.parallel.enter(places)) {
      quota.end(undefined);
      return tooManyAtATime();
    }
    const slots = places.map(([name]) => name);
    const rates = limits === undefined ? [] : ratesOf(limits, modelId);
    const takes = rates.map((rate) => this.windows.take(this.ruleOf(rate), rate.policy === 'tokens' ? tokens() : 1));
    return takes.some((take) => take instanceof Promise)
      ? Promise.all(takes.map(async (take) => take)).then((taken) => this.conclude(slots, taken, quota))
      : this.conclude(slots, takes as RateTake[], quota);
  }

  private conclude(slots: readonly string[], takes: readonly RateTake[], quota: QuotaPlace): LimitOutcome {
    const ticket = new CallTicket(this.windows, this.parallel, slots, takes, quota);
    const refused = takes.find(({ taken }) => taken === 0);
    if (!refused) return { admitted: true, ticket };
    ticket.cancel();
    const standing = refused.standing();
    const error = limitErrors[standing.policy === 'tokens' ? 'token_limit_exceeded' : 'rate_limit_exceeded'];
    return { admitted: false, error: error({ retryAfterSeconds: standing.resetSeconds, rate: standing }) };
  }

  private placesOf({ id, userId, limits }: ApiKeyPrincipal): ParallelLimit[] {
    const { parallelPerUser } = this.config;
    return [
      ...(limits?.parallel === undefined ? [] : [[`key:${id}`, limits.parallel] as const]),
      ...(parallelPerUser === 0 ? [] : [[`user:${userId}`, parallelPerUser] as const]),
    ];
  }

  private ruleOf(rate: CallerRate): RateRule {
    let rule = this.rules.get(rate);
    if (!rule) {
      rule = { ...rate, windowMs: MINUTE_MS, ahead: Math.floor(rate.limit / AHEAD) };
      this.rules.set(rate, rule);
    }
    return rule;
  }
}

function ratesOf({ rates, modelRates }: CallerLimits, modelId: string): readonly CallerRate[] {
  const ofModel = modelRates.get(modelId);
  return ofModel === undefined ? rates : [...rates, ...ofModel];
}

function tooManyAtATime(): LimitOutcome {
  const error = callLimitErrors.concurrent_limit_exceeded({ retryAfterSeconds: RETRY_PARALLEL_SECONDS });
  return { admitted: false, error };
}
