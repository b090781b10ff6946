import { Injectable } from '@nestjs/common';
import type { ApiKeyPrincipal } from '#libs/access';
import type { DomainError, Pico } from '#libs/kernel';
import type { ModelRequest } from '#libs/upstream';
import { ModelCatalog, type ResolvedModel } from '../models/model.catalog.js';
import { type ProviderTarget, UpstreamPool } from '../providers/upstream.pool.js';
import { Entitlements } from '../subscriptions/entitlements.js';
import { PrepaidHolds } from '../usage/balance/prepaid.holds.js';
import { CallLimits, type CallTicket, type Quota } from '../usage/limits/call.limits.js';
import { type KeptResponse, KeptResponses } from '../usage/kept.responses.js';
import { worstCase } from '../usage/rating.js';
import type { BudgetHold, ScopeName } from '../usage/usage.meter.js';
import { gatewayErrors } from './gateway.errors.js';
import { boundsOf } from './bounds.js';
import { canSpeak, formatOf, isNative } from './dialects.js';
import { unpricedWork } from './hosted.work.js';
import type { IncomingCall } from './incoming.call.js';
import { mustBePermitted } from './key.permission.js';
import { OPERATIONS } from './operations.js';
import { estimatedTokens } from './token.estimate.js';

/** Where a call goes. */
export interface Route {
  readonly model: ResolvedModel;
  readonly target: ProviderTarget;
  /** How much of it the caller may use in a period. */
  readonly quota: Quota;
  /** The models that may answer, the preferred first: the one that was asked, and what stands in for it. */
  readonly answerers: Answerers;
  /** The answer that is gone on from. Only the provider that keeps it may answer. */
  readonly previous?: KeptResponse;
}

type Answerers = readonly [ResolvedModel, ...ResolvedModel[]];

/** A call that may go on: what was asked, of which model, and where it goes. */
export interface Admitted extends Route {
  readonly request: ModelRequest;
  /** What the call may cost at most, set aside until it is settled. */
  readonly hold: BudgetHold;
  /** What it occupies of the limits on rates until it ends. */
  readonly ticket: CallTicket;
}

const RETRY_AFTER_SECONDS = 5;

/** Decides whether a call may be made, before anything leaves the house. */
@Injectable()
export class Admission {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly entitlements: Entitlements,
    private readonly upstreams: UpstreamPool,
    private readonly limits: CallLimits,
    private readonly holds: PrepaidHolds,
    private readonly responses: KeptResponses,
  ) {}

  /** @throws DomainError saying why not */
  async admit(actor: ApiKeyPrincipal, incoming: IncomingCall): Promise<Admitted> {
    const asked = await this.route(actor, incoming);
    // Only now is a parser let at the body: before this, it costs a caller nothing to send one.
    const { request } = incoming;
    const route = this.priced(incoming, await this.goingOn(actor, request, asked));
    const ticket = await this.enter(actor, incoming, route);
    const hold = await this.hold(actor, incoming, route, ticket);
    return { ...route, request, hold, ticket };
  }

  /**
   * Where a call goes, whatever its pace and its budgets: nothing is counted and nothing is held.
   *
   * @throws DomainError when it goes nowhere
   */
  async route(actor: ApiKeyPrincipal, incoming: IncomingCall): Promise<Route> {
    mustBePermitted(actor, OPERATIONS[incoming.operation].permission);
    const { model: asked } = incoming;
    const name = actor.models.has(asked) ? asked : await this.catalog.canonical(asked);
    // A key must not learn which models exist beside its own.
    if (!actor.models.has(name)) {
      throw gatewayErrors.model_not_allowed({
        message: `This API key may not call ${quoted(asked)}.`,
        param: 'model',
      });
    }
    const model = await this.catalog.resolve(name);
    if (!model) throw gatewayErrors.model_unavailable({ param: 'model' });
    const entitled = await this.entitlements.admit(actor.userId, model.id);
    if (!entitled.admitted) throw entitled.error;
    const answerers: Answerers = [model, ...(await this.fallbacksOf(model, incoming))];
    return { model, quota: entitled.quota, ...this.reachable(answerers) };
  }

  /** @throws DomainError where none of them can be called at present */
  private reachable(answerers: Answerers): Pick<Route, 'target' | 'answerers'> {
    const target = this.targetOf(answerers);
    const retryAfterSeconds = this.upstreams.unavailableFor(answerers);
    if (!target || retryAfterSeconds !== undefined) {
      throw gatewayErrors.no_upstream_available({ retryAfterSeconds: retryAfterSeconds ?? RETRY_AFTER_SECONDS });
    }
    return { target, answerers };
  }

  /** An answer is gone on from by who got it, where it is kept. What is another's is told apart from nothing by nobody. */
  private async goingOn(
    { userId }: ApiKeyPrincipal,
    { previousResponseId: id }: ModelRequest,
    route: Route,
  ): Promise<Route> {
    if (id === undefined) return route;
    const providers = route.answerers.map(({ providerId }) => providerId);
    const previous = await this.responses.find(userId, providers, id);
    const [first, ...others] = route.answerers.filter(({ providerId }) => providerId === previous?.providerId);
    if (!previous || !first) {
      throw gatewayErrors.previous_response_not_found({
        message: `Previous response with id ${quoted(id)} not found.`,
        param: 'previous_response_id',
      });
    }
    return { ...route, ...this.reachable([first, ...others]), previous };
  }

  /** What stands in for a model does so only where what its provider does beside it has a price as well. */
  private priced(incoming: IncomingCall, route: Route): Route {
    const [first, ...others] = route.answerers;
    const error = this.unpriced(incoming, first);
    if (error) throw error;
    const priced = others.filter((model) => !this.unpriced(incoming, model));
    return priced.length === others.length ? route : { ...route, ...this.reachable([first, ...priced]) };
  }

  /** A translation has no words for what a provider does beside the model, and says so itself. */
  private unpriced(incoming: IncomingCall, model: ResolvedModel): DomainError | undefined {
    if (OPERATIONS[incoming.operation].free === true) return undefined;
    const target = this.upstreams.target(model.providerId);
    return target && isNative(incoming, target) ? unpricedWork(incoming.hosted, model.price) : undefined;
  }

  private async enter(actor: ApiKeyPrincipal, incoming: IncomingCall, { model, quota }: Route): Promise<CallTicket> {
    const outcome = this.limits.enter(actor, { modelId: model.id, quota }, () => estimatedTokens(incoming));
    const entered = outcome instanceof Promise ? await outcome : outcome;
    if (!entered.admitted) throw entered.error;
    return entered.ticket;
  }

  /** Money comes last, so that nothing is held for a call that is refused; a call that it refuses counts for nothing. */
  private async hold(
    actor: ApiKeyPrincipal,
    incoming: IncomingCall,
    { model, answerers }: Route,
    ticket: CallTicket,
  ): Promise<BudgetHold> {
    try {
      const outcome = await this.holds.hold(actor.userId, scopesOf(actor, model), () =>
        this.mostOf(incoming, answerers),
      );
      if (!outcome.held) throw outcome.error;
      return outcome.hold;
    } catch (error) {
      ticket.cancel();
      throw error;
    }
  }

  /** The most that the call can cost, whichever of the models answers. */
  mostOf(incoming: IncomingCall, models: readonly ResolvedModel[]): Pico {
    if (OPERATIONS[incoming.operation].free === true) return 0n;
    const costs = models.map((model) => {
      const target = this.upstreams.target(model.providerId);
      return worstCase(model.price, boundsOf(incoming, model, formatOf(target?.kind)));
    });
    return costs.reduce((most, cost) => (cost > most ? cost : most), 0n);
  }

  /** Of the first whose provider may be called at all. */
  private targetOf(models: readonly ResolvedModel[]): ProviderTarget | undefined {
    for (const { providerId } of models) {
      const target = this.upstreams.target(providerId);
      if (target) return target;
    }
    return undefined;
  }

  /** Only those whose provider can do what is asked. */
  private async fallbacksOf(model: ResolvedModel, incoming: IncomingCall): Promise<readonly ResolvedModel[]> {
    const fallbacks = await this.catalog.fallbacksOf(model.id);
    if (fallbacks.length === 0) return fallbacks;
    return fallbacks.filter(({ providerId }) => {
      const target = this.upstreams.target(providerId);
      return target !== undefined && canSpeak(incoming, target);
    });
  }
}

/** Everything that a call falls under, and that a budget can cap. */
export function scopesOf(actor: ApiKeyPrincipal, model: ResolvedModel): ScopeName[] {
  return [
    `key:${actor.id}`,
    `user:${actor.userId}`,
    `model:${model.id}`,
    `key-model:${actor.id}:${model.id}`,
    ...(actor.teamId === undefined ? [] : [`team:${actor.teamId}` as const]),
  ];
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
