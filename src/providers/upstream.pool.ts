import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { UpstreamClient, UpstreamFailure, type UpstreamModel } from '#libs/upstream';
import { KeyProbe } from './key.probe.js';
import { PoolRegistry } from './pool.registry.js';
import { PoolLife } from './pool.life.js';
import { type ProviderState, ProvidersRepository } from './providers.repository.js';
import type { ProviderTarget, UpstreamProvider } from './upstream.js';
import {
  type DispatchCall,
  type DispatchResult,
  type DispatchRoute,
  type PreparedRequest,
  UpstreamDispatcher,
} from './upstream.dispatcher.js';

export type {
  DispatchCall,
  DispatchResult,
  DispatchRoute,
  PreparedRequest,
  ProviderState,
  ProviderTarget,
  UpstreamProvider,
};

/** What other features may do with the providers: call models there, and read which there are. */
@Injectable()
export class UpstreamPool implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly registry: PoolRegistry,
    private readonly dispatcher: UpstreamDispatcher,
    private readonly probe: KeyProbe,
    private readonly repository: ProvidersRepository,
    private readonly shared: PoolLife,
    readonly client: UpstreamClient,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.registry.boot();
    await this.shared.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }

  /** The providers that may be called, in order of precedence. */
  providers(): readonly UpstreamProvider[] {
    return [...this.registry.all()].map(({ id, slug, kind, baseUrl }) => ({ id, slug, kind, baseUrl }));
  }

  /**
   * Where a call to a provider would go, to learn how it is spoken with; which key it gets is decided by
   * {@link dispatch}. Undefined when the provider may not be called at all. In memory.
   */
  target(providerId: string): ProviderTarget | undefined {
    const [target] = this.registry.find(providerId)?.targets.values() ?? [];
    return target;
  }

  /** Seconds until one of the providers may be asked again; undefined when one may be asked now. In memory. */
  unavailableFor(routes: readonly DispatchRoute[]): number | undefined {
    return this.dispatcher.unavailableFor(routes);
  }

  /**
   * Sends a call to its provider with a usable key; on a failure that another key may not have, with another, at most
   * three at a provider; then to what stands in for the model. Resolves before the first byte of the body is read.
   *
   * @throws whatever `prepare` throws
   */
  dispatch<R extends DispatchRoute>(call: DispatchCall<R>): Promise<DispatchResult<R>> {
    return this.dispatcher.dispatch(call);
  }

  /**
   * Asks a provider for its catalogue. Each key is tried until one is accepted, so that a revoked key among several
   * is noticed and left out of the next calls.
   *
   * @throws UpstreamFailure when there is no answer
   * @throws CatalogueRefused when the provider answers with an error
   */
  async listModels(providerId: string): Promise<UpstreamModel[]> {
    const upstream = this.registry.find(providerId);
    if (!upstream) throw new Error('The provider is not configured.');
    let refusal: unknown = new UpstreamFailure('connect', 'no_key', 'The provider has no key that may be used');
    for (const slot of upstream.ring.slots) {
      if (!slot.enabled || !slot.readable) continue;
      try {
        return await this.probe.list(upstream, slot);
      } catch (error) {
        // Still accepted: the provider, not the key, is the matter.
        if (slot.circuit.reason !== 'auth') throw error;
        refusal = error;
      }
    }
    throw refusal;
  }

  /** Every provider that is or was configured, and how its catalogue stands. */
  states(): Promise<ProviderState[]> {
    return this.repository.states();
  }

  /** Notes that a provider's catalogue was read and kept. */
  noteSynced(providerId: string): Promise<void> {
    return this.repository.noteSynced(providerId);
  }

  /** @param reason one safe sentence: it is shown to people */
  noteSyncFailed(providerId: string, reason: string): Promise<void> {
    return this.repository.noteSyncFailed(providerId, reason);
  }
}
