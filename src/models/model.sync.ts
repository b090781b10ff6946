import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Config } from '#libs/config';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { CatalogueRefused, UpstreamFailure, type UpstreamModel } from '#libs/upstream';
import { UpstreamPool, type UpstreamProvider } from '../providers/upstream.pool.js';
import { planSync } from './catalogue.plan.js';
import { ModelsSynced } from './events/model.events.js';
import { mockCatalogue } from './mock.catalogue.js';
import { ModelSyncRepository } from './model-sync.repository.js';
import { modelsConfig, pricePerToken } from './models.config.js';
import { PriceLists } from './prices/price.lists.js';

/** What one synchronisation of all providers did. */
export interface SyncOutcome {
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  /** The providers that could not be read, each with one safe sentence. */
  readonly failures: readonly { readonly provider: string; readonly reason: string }[];
}

interface ProviderOutcome {
  readonly added: number;
  readonly updated: number;
  readonly removed: number;
  readonly failure?: string;
}

type Listing = { readonly models: readonly UpstreamModel[] } | { readonly failure: string };

const UNCHANGED: ProviderOutcome = { added: 0, updated: 0, removed: 0 };
const EMPTY = 'The provider lists no models any more; the last catalogue is kept.';
const HELD =
  'A provider states a price ten times, or a tenth, of what it was. The old one stays until an administrator sets one:';

/** Makes the catalogue follow what the providers list. One transaction for each provider. */
@Injectable()
export class ModelSync implements OnModuleDestroy {
  private readonly log = new Logger(ModelSync.name);
  private readonly stopping = new AbortController();
  private running: Promise<SyncOutcome> | undefined;

  constructor(
    private readonly upstreams: UpstreamPool,
    private readonly repository: ModelSyncRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly config: Config,
    private readonly lists: PriceLists,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running?.catch(() => undefined);
  }

  /** Reads every provider's catalogue and keeps what changed. Calls that overlap share one run. */
  run(actor: Principal): Promise<SyncOutcome> {
    this.running ??= this.syncAll(actor).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async syncAll(actor: Principal): Promise<SyncOutcome> {
    const providers = this.upstreams.providers();
    await this.lists.refresh();
    // All are asked at once, but kept in order of precedence: that decides who gets a name that two list.
    const asked = providers.map((provider) => ({ provider, listing: this.ask(provider) }));
    const outcomes = [{ provider: '', ...(await this.retireUnconfigured(actor, providers)) }];
    for (const { provider, listing } of asked) {
      const listed = await listing;
      if (this.stopping.signal.aborted) break;
      outcomes.push({ provider: provider.slug, ...(await this.keep(actor, provider, listed)) });
    }
    await this.mockWhereNothingIs(providers[0]);
    const sum = (count: 'added' | 'updated' | 'removed'): number => outcomes.reduce((n, each) => n + each[count], 0);
    return {
      added: sum('added'),
      updated: sum('updated'),
      removed: sum('removed'),
      failures: outcomes.flatMap(({ provider, failure }) => (failure ? [{ provider, reason: failure }] : [])),
    };
  }

  private async ask(provider: UpstreamProvider): Promise<Listing> {
    try {
      return { models: await orAborted(this.upstreams.listModels(provider.id), this.stopping.signal) };
    } catch (error) {
      if (error instanceof UpstreamFailure || error instanceof CatalogueRefused)
        return { failure: `${error.message}.` };
      if (!this.stopping.signal.aborted) this.log.error(`Listing the models of "${provider.slug}" failed`, error);
      return { failure: 'The catalogue of the provider could not be read.' };
    }
  }

  private async keep(actor: Principal, provider: UpstreamProvider, listed: Listing): Promise<ProviderOutcome> {
    if ('failure' in listed) return this.noteFailure(provider, listed.failure);
    return this.work.run(async () => {
      await this.repository.lock();
      const existing = await this.repository.findAll();
      const fallbacks = { list: await this.lists.current(), defaultPrice: this.defaultPrice };
      const plan = planSync(provider, listed.models, existing, fallbacks);
      const { save, added, updated, retired, held } = plan;
      for (const change of held) this.log.warn(`${HELD} ${JSON.stringify({ provider: provider.slug, ...change })}`);
      // Far more often a proxy that lost its configuration than an operator who wants to serve nothing.
      if (listed.models.length === 0 && retired.length > 0) return this.noteFailure(provider, EMPTY);
      if (listed.models.length > 0) await this.repository.deleteMocks();
      if (save.length > 0) {
        await this.repository.save(plan);
        await this.events.publish(new ModelsSynced(actor, provider, plan));
      }
      await this.upstreams.noteSynced(provider.id);
      return { added: added.length, updated: updated.length, removed: retired.length };
    });
  }

  private async noteFailure(provider: UpstreamProvider, failure: string): Promise<ProviderOutcome> {
    this.log.warn(`The models of "${provider.slug}" were not synchronised: ${failure}`);
    await this.upstreams.noteSyncFailed(provider.id, failure);
    return { ...UNCHANGED, failure };
  }

  /** What a provider offered that is not configured any more cannot be called. */
  private async retireUnconfigured(actor: Principal, providers: readonly UpstreamProvider[]): Promise<ProviderOutcome> {
    return this.work.run(async () => {
      const retired = await this.repository.retireAllBut(providers.map(({ id }) => id));
      if (retired.length === 0) return UNCHANGED;
      const slugs = new Map((await this.upstreams.states()).map(({ id, slug }) => [id, slug]));
      for (const { providerId, models } of retired) {
        const provider = { id: providerId, slug: slugs.get(providerId) ?? '' };
        const changes = { added: [], updated: [], retired: models, prices: [] };
        await this.events.publish(new ModelsSynced(actor, provider, changes));
      }
      return { ...UNCHANGED, removed: retired.reduce((n, { models }) => n + models.length, 0) };
    });
  }

  private async mockWhereNothingIs(provider: UpstreamProvider | undefined): Promise<void> {
    if (this.config.profile !== 'development') return this.repository.deleteMocks();
    if (!provider || this.stopping.signal.aborted) return;
    await this.work.run(async () => {
      await this.repository.lock();
      if (await this.repository.isEmpty()) await this.repository.save(mockCatalogue(provider.id));
    });
  }

  private get defaultPrice(): bigint {
    return pricePerToken(this.config.get(modelsConfig).defaultPrice) ?? 0n;
  }
}

/** Gives a promise up when the signal says so; what it still does is its own business. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('The process is shutting down.'));
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
