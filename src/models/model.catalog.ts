import { Injectable } from '@nestjs/common';
import { ReadThroughCache } from '#libs/cache';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { ChangeFeed, OnEvent } from '#libs/events';
import type { Price } from '#libs/kernel';
import { CatalogueChanged } from './events/model.events.js';
import { modelsConfig } from './models.config.js';
import { ModelRoutes } from './routing/model.routes.js';
import { type CallableModel, ModelsRepository, type ResolvedModel } from './models.repository.js';

export type { ResolvedModel };

interface KeptModel {
  readonly model: ResolvedModel;
  /** The price that follows, and the reading of the monotonic clock from which it holds. */
  readonly next: { readonly price: Price; readonly at: number } | undefined;
}

/** Answers other features which models there are and what they cost, from memory wherever it can. */
@Injectable()
export class ModelCatalog {
  private readonly cache = new ReadThroughCache<KeptModel>((id) => this.read(id), {
    freshMs: 5_000,
    keptMs: 15 * 60_000,
    max: 5_000,
  });

  constructor(
    private readonly models: ModelsRepository,
    private readonly routes: ModelRoutes,
    @InjectConfig(modelsConfig) private readonly config: ConfigOf<typeof modelsConfig>,
    changes: ChangeFeed,
  ) {
    changes.on('catalogue', () => this.forget());
    changes.onGap(() => this.forget());
  }

  /** A model that can be called now. At most a few seconds old; older while the database is away. */
  resolve(id: string): Promise<ResolvedModel | undefined> | ResolvedModel | undefined {
    const kept = this.cache.get(id);
    return kept instanceof Promise ? kept.then(atItsPrice) : atItsPrice(kept);
  }

  /** The model that a name means: itself, where it is nobody's other name. As fresh as {@link resolve}. */
  canonical(name: string): string | Promise<string> {
    return this.routes.canonical(name);
  }

  /** What answers in the place of a model whose provider cannot, in order; those that can be called now. */
  async fallbacksOf(id: string): Promise<readonly ResolvedModel[]> {
    const ids = await this.routes.fallbacksOf(id);
    if (ids.length === 0) return [];
    const models = await Promise.all(ids.map(async (each) => this.resolve(each)));
    return models.filter((model) => model !== undefined);
  }

  /** Those of the models that can be called now, in the order of their names. */
  async findMany(ids: readonly string[]): Promise<ResolvedModel[]> {
    return ids.length === 0 ? [] : (await this.callable(ids)).map(({ model }) => model);
  }

  /** Those of the names that the catalogue knows, whether they can be called now or not. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    return new Set(ids.length === 0 ? [] : await this.models.existing(ids));
  }

  @OnEvent(CatalogueChanged, 'after-commit')
  forget(): void {
    this.cache.clear();
    this.routes.forget();
  }

  private async read(id: string): Promise<KeptModel | undefined> {
    const askedAt = performance.now();
    const [callable] = await this.callable([id]);
    if (!callable) return undefined;
    const { model, nextPrice } = callable;
    return { model, next: nextPrice && { price: nextPrice.price, at: askedAt + nextPrice.inMs } };
  }

  private async callable(ids: readonly string[]): Promise<CallableModel[]> {
    const found = await this.models.findCallable(ids);
    if (this.config.unknownPricePolicy === 'default') return found;
    return found.filter(({ model }) => model.price.source !== 'default');
  }
}

/** The model as it costs now: an announced price holds from its moment on, whatever was read before. */
function atItsPrice(kept: KeptModel | undefined): ResolvedModel | undefined {
  if (!kept?.next || performance.now() < kept.next.at) return kept?.model;
  return { ...kept.model, price: kept.next.price };
}
