import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { CatalogueRefused, ModelLister, UpstreamClient, UpstreamFailure, type UpstreamModel } from '#libs/upstream';
import type { KeySlot } from './key.slot.js';
import { KeyStateSync } from './key-state.sync.js';
import type { Upstream } from './upstream.js';

/** What a free call said about a key. */
export interface ProbeResult {
  readonly ok: boolean;
  readonly latencyMs: number;
  /** One safe sentence or code; undefined when it went well. */
  readonly error: string | undefined;
}

const TIMEOUT_MS = 10_000;
const REFUSED = new Set([401, 403]);
const PAUSE_BETWEEN_CHECKS_MS = 10_000;

/** Asks providers for what costs nothing, their models, and learns from it whether a key is accepted. */
@Injectable()
export class KeyProbe {
  private readonly log = new Logger(KeyProbe.name);
  private readonly lister: ModelLister;
  private readonly checkedAt = new WeakMap<KeySlot, number>();

  constructor(
    private readonly client: UpstreamClient,
    private readonly sync: KeyStateSync,
    private readonly clock: Clock,
  ) {
    this.lister = new ModelLister(client, TIMEOUT_MS);
  }

  /**
   * The models that a provider lists for a key. A refusal marks the key as invalid, and an answer takes that back.
   *
   * @throws UpstreamFailure when there is no answer
   * @throws CatalogueRefused when the provider answers with an error
   */
  async list(upstream: Upstream, slot: KeySlot): Promise<UpstreamModel[]> {
    const { kind, baseUrl, allowPrivate } = upstream;
    try {
      const models = await this.lister.listModels({
        kind: kind === 'simulator' ? 'litellm' : kind,
        baseUrl,
        allowPrivate,
        ...(slot.secret === undefined ? {} : { apiKey: slot.secret }),
      });
      if (kind !== 'openrouter') this.accepted(slot);
      return models;
    } catch (error) {
      if (error instanceof CatalogueRefused && REFUSED.has(error.status)) this.refused(upstream, slot, error.status);
      throw error;
    }
  }

  /** Never throws what the provider did. */
  async check(upstream: Upstream, slot: KeySlot): Promise<ProbeResult> {
    const started = performance.now();
    const error = await this.problemOf(upstream, slot);
    return { ok: error === undefined, latencyMs: Math.round(performance.now() - started), error };
  }

  /** Checks an accusation at once, but not again and again. */
  checkSoon(upstream: Upstream, slot: KeySlot): void {
    const now = this.clock.now();
    if (now - (this.checkedAt.get(slot) ?? -Infinity) < PAUSE_BETWEEN_CHECKS_MS) return;
    this.checkedAt.set(slot, now);
    void this.check(upstream, slot);
  }

  private async problemOf(upstream: Upstream, slot: KeySlot): Promise<string | undefined> {
    try {
      if (upstream.kind === 'openrouter') await this.askOpenRouter(upstream, slot);
      else await this.list(upstream, slot);
      return undefined;
    } catch (error) {
      if (error instanceof CatalogueRefused) return `HTTP ${error.status}`;
      if (error instanceof UpstreamFailure) return `${error.message}.`;
      this.log.error('A key could not be checked', error);
      return 'The key could not be checked.';
    }
  }

  /** OpenRouter lists its models for everybody; only its page about the key itself wants one. */
  private async askOpenRouter(upstream: Upstream, slot: KeySlot): Promise<void> {
    const { status, body } = await this.client.request({
      baseUrl: upstream.baseUrl,
      path: '/key',
      method: 'GET',
      headers: { accept: 'application/json', 'user-agent': 'sluice', authorization: `Bearer ${slot.secret ?? ''}` },
      headersTimeoutMs: TIMEOUT_MS,
      bodyTimeoutMs: TIMEOUT_MS,
      allowPrivate: upstream.allowPrivate,
    });
    body.cancel();
    if (REFUSED.has(status)) this.refused(upstream, slot, status);
    if (status >= 300) throw new CatalogueRefused(status);
    this.accepted(slot);
  }

  private refused({ slug }: Upstream, slot: KeySlot, status: number): void {
    slot.lastError = `HTTP ${status}`;
    slot.lastFailedAt = this.clock.now();
    if (!slot.circuit.fail({ reason: 'auth' }, false)) return;
    this.sync.changed(slot);
    this.log.warn(`The provider "${slug}" turned a key away (HTTP ${status}).`);
  }

  /** Time has not healed a refusal, and a limit whose time is not over yet stands. */
  private accepted(slot: KeySlot): void {
    const { circuit } = slot;
    const waits = circuit.state === 'open' && circuit.reason !== 'auth';
    if (circuit.state === 'closed' || waits) return;
    circuit.close();
    this.sync.changed(slot);
  }
}
