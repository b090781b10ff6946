import { Injectable } from '@nestjs/common';
import { ReadThroughCache } from '#libs/cache';
import { ModelRoutesRepository } from './model-routes.repository.js';

interface Routes {
  readonly aliases: ReadonlyMap<string, string>;
  readonly fallbacks: ReadonlyMap<string, readonly string[]>;
}

const EVERYTHING = 'everything';
const NO_FALLBACKS: readonly string[] = [];

/** Keeps, whole and in memory, which other names models have and what stands in for them. */
@Injectable()
export class ModelRoutes {
  private readonly cache = new ReadThroughCache<Routes>(() => this.read(), {
    freshMs: 5_000,
    keptMs: 15 * 60_000,
    // One entry; where there is room for no more, the store turns over at every look.
    max: 2,
  });

  constructor(private readonly repository: ModelRoutesRepository) {}

  /** The model that a name means: itself, where it is nobody's other name. */
  canonical(name: string): string | Promise<string> {
    const routes = this.cache.get(EVERYTHING);
    if (!(routes instanceof Promise)) return routes?.aliases.get(name) ?? name;
    return routes.then((read) => read?.aliases.get(name) ?? name);
  }

  /** What stands in for a model, by name and in order. */
  fallbacksOf(modelId: string): readonly string[] | Promise<readonly string[]> {
    const routes = this.cache.get(EVERYTHING);
    if (!(routes instanceof Promise)) return routes?.fallbacks.get(modelId) ?? NO_FALLBACKS;
    return routes.then((read) => read?.fallbacks.get(modelId) ?? NO_FALLBACKS);
  }

  forget(): void {
    this.cache.clear();
  }

  private async read(): Promise<Routes> {
    const [aliases, fallbacks] = await Promise.all([this.repository.aliases(), this.repository.fallbacks()]);
    const inOrder = new Map<string, string[]>();
    for (const { modelId, fallbackId } of fallbacks) {
      inOrder.set(modelId, [...(inOrder.get(modelId) ?? []), fallbackId]);
    }
    return { aliases: new Map(aliases.map(({ alias, modelId }) => [alias, modelId])), fallbacks: inOrder };
  }
}
