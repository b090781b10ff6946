import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { Metrics } from '#libs/observability';
import { UpstreamBody, UpstreamClient, UpstreamFailure, type UpstreamResponse } from '#libs/upstream';
import { KeyProbe } from './key.probe.js';
import type { KeySlot } from './key.slot.js';
import { KeyStateSync } from './key-state.sync.js';
import { PoolRegistry } from './pool.registry.js';
import type { ProviderTarget, Upstream } from './upstream.js';
import { isQuota, type Verdict, verdictOf, verdictOfFailure } from './verdict.js';

/** One way to answer a call: a model at a provider. */
export interface DispatchRoute {
  readonly providerId: string;
}

/** What goes over the wire; made anew for each attempt, because keys and providers differ. */
export interface PreparedRequest {
  /** Starts with `/`. */
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** Hears how the attempt ended: with a status, or with a word for why there was none. */
  readonly ended?: ((end: { readonly status?: number; readonly failure?: string }) => void) | undefined;
}

export interface DispatchCall<R extends DispatchRoute> {
  /** In order of preference: the model's own provider, then what stands in for it. */
  readonly routes: readonly R[];
  prepare(route: R, target: ProviderTarget): PreparedRequest;
  /** The caller is gone. */
  readonly signal: AbortSignal;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
}

interface Attempted<R> {
  readonly route: R;
  readonly target: ProviderTarget;
  /** How many attempts were made in all. */
  readonly attempts: number;
}

/**
 * How a call went.
 * - `answered`: an answer, its body unread. A failing one only when nothing else could be tried.
 * - `failed`: no attempt had an answer.
 * - `unavailable`: there was nothing that could be tried.
 */
export type DispatchResult<R extends DispatchRoute> =
  | (Attempted<R> & { readonly kind: 'answered'; readonly response: UpstreamResponse })
  | (Attempted<R> & { readonly kind: 'failed'; readonly failure: UpstreamFailure })
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number };

type Ended<R extends DispatchRoute> = Exclude<DispatchResult<R>, { kind: 'unavailable' }>;

const ATTEMPTS_AT_A_PROVIDER = 3;
const ATTEMPTS = 5;
const NONE: readonly KeySlot[] = [];
/** Doubled with each attempt; the wait is anywhere below it, so that callers who failed together do not come back so. */
const WAIT_MS = 25;
const UNKNOWN_WAIT_SECONDS = 30;
const LONGEST_REFUSAL_BYTES = 16_384;
const REFUSAL_TIMEOUT_MS = 1_000;

/** Sends a call with one key after another until one has an answer, and learns from each how its key does. */
@Injectable()
export class UpstreamDispatcher {
  private readonly outcomes;

  constructor(
    private readonly registry: PoolRegistry,
    private readonly client: UpstreamClient,
    private readonly sync: KeyStateSync,
    private readonly probe: KeyProbe,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.outcomes = metrics.counter('upstream_attempts_total', 'Attempts to have a call answered by a provider.', [
      'provider',
      'outcome',
    ]);
  }

  /** Tries other keys, then other providers, as long as no byte of an answer was passed on. */
  async dispatch<R extends DispatchRoute>(call: DispatchCall<R>): Promise<DispatchResult<R>> {
    let last: Ended<R> | undefined;
    let attempts = 0;
    for (const route of call.routes) {
      const upstream = this.registry.find(route.providerId);
      if (!upstream) continue;
      upstream.budget.earn();
      let tried = NONE;
      while (tried.length < ATTEMPTS_AT_A_PROVIDER && attempts < ATTEMPTS) {
        const slot = upstream.ring.next(this.clock.now(), tried);
        if (!slot || (attempts > 0 && !upstream.budget.spend())) break;
        if (last) await this.beforeAnother(last, call.signal);
        attempts += 1;
        const { ended, again } = await this.attempt(call, route, upstream, slot, attempts);
        if (!again) return ended;
        last = ended;
        tried = [...tried, slot];
      }
    }
    return last ?? { kind: 'unavailable', retryAfterSeconds: this.unavailableFor(call.routes) ?? 1 };
  }

  private async attempt<R extends DispatchRoute>(
    call: DispatchCall<R>,
    route: R,
    upstream: Upstream,
    slot: KeySlot,
    attempts: number,
  ): Promise<{ ended: Ended<R>; again: boolean }> {
    const target = upstream.targets.get(slot);
    if (!target) throw new Error('A key without a target was chosen.');
    const trial = slot.pick(this.clock.now());
    const facts = { route, target, attempts };
    let prepared: PreparedRequest | undefined;
    try {
      prepared = call.prepare(route, target);
      const { path, headers, body } = prepared;
      const response = await this.client.request({
        path,
        headers,
        body,
        method: 'POST',
        baseUrl: target.baseUrl,
        allowPrivate: target.allowPrivate,
        signal: call.signal,
        headersTimeoutMs: call.headersTimeoutMs,
        bodyTimeoutMs: call.bodyTimeoutMs,
      });
      prepared.ended?.({ status: response.status });
      const verdict = await this.judge(response);
      this.learn(upstream, slot, verdict, trial);
      return { ended: { kind: 'answered', response, ...facts }, again: verdict.kind === 'bad' };
    } catch (error) {
      if (!(error instanceof UpstreamFailure)) {
        slot.circuit.release(trial);
        throw error;
      }
      prepared?.ended?.({ failure: error.kind });
      const verdict = verdictOfFailure(error);
      this.learn(upstream, slot, verdict, trial);
      return { ended: { kind: 'failed', failure: error, ...facts }, again: verdict.kind === 'bad' };
    }
  }

  /** Only the body of a 429 is looked into: it says whether speed or money is the matter. */
  private async judge(response: UpstreamResponse): Promise<Verdict> {
    const verdict = verdictOf(response.status, response.headers, this.clock.now());
    if (verdict.kind !== 'bad' || verdict.failure.reason !== 'rate') return verdict;
    const body = await refusalOf(response.body);
    response.body = UpstreamBody.of(body);
    return isQuota(body) ? { ...verdict, failure: { ...verdict.failure, reason: 'quota' } } : verdict;
  }

  private learn(upstream: Upstream, slot: KeySlot, verdict: Verdict, trial: boolean): void {
    const provider = upstream.slug;
    if (verdict.kind === 'good') {
      slot.lastSuccessAt = this.clock.now();
      if (slot.circuit.succeed(trial)) this.sync.changed(slot);
      this.outcomes.inc({ provider, outcome: 'good' });
      return;
    }
    if (verdict.kind === 'neutral') {
      slot.circuit.release(trial);
      this.outcomes.inc({ provider, outcome: 'neutral' });
      return;
    }
    const { failure, error } = verdict;
    slot.noteFailure(error, this.clock.now());
    this.outcomes.inc({ provider, outcome: failure.reason });
    if (slot.circuit.fail(failure, trial)) this.sync.changed(slot);
    // A key that is refused for what was asked, or by a slip of the provider, looks like one that is bad.
    if (failure.reason === 'auth') this.probe.checkSoon(upstream, slot);
  }

  /** Gives the failed answer up and waits a moment where the provider, not the key, may be the matter. */
  private async beforeAnother<R extends DispatchRoute>(last: Ended<R>, signal: AbortSignal): Promise<void> {
    if (last.kind === 'answered') {
      last.response.body.cancel();
      if (last.response.status < 500) return;
    }
    // A caller who goes meanwhile is noticed by the next attempt.
    await sleep(Math.random() * WAIT_MS * 2 ** (last.attempts - 1), undefined, { signal }).catch(() => undefined);
  }

  /** Seconds until one of the providers may be asked again; undefined when one may be asked now. In memory. */
  unavailableFor(routes: readonly DispatchRoute[]): number | undefined {
    let soonest = Infinity;
    for (const { providerId } of routes) {
      const ring = this.registry.find(providerId)?.ring;
      if (ring?.usable) return undefined;
      soonest = Math.min(soonest, ring?.usableAt ?? Infinity);
    }
    return this.secondsUntil(soonest);
  }

  private secondsUntil(soonest: number): number {
    if (soonest === Infinity) return UNKNOWN_WAIT_SECONDS;
    return Math.max(1, Math.ceil((soonest - this.clock.now()) / 1_000));
  }
}

/** The body of a refusal, as far as it comes soon; it must not hold the next attempt up. */
async function refusalOf(body: UpstreamBody): Promise<Buffer> {
  const late = setTimeout(() => body.cancel(), REFUSAL_TIMEOUT_MS);
  try {
    return await body.bytes(LONGEST_REFUSAL_BYTES);
  } catch {
    return Buffer.alloc(0);
  } finally {
    clearTimeout(late);
  }
}
