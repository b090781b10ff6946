import { Injectable } from '@nestjs/common';
import { ReadThroughCache } from '#libs/cache';
import { OnEvent } from '#libs/events';
import { CatalogueChanged } from './events/model.events.js';
import { ModelsRepository, type ResolvedModel } from './models.repository.js';

export type { ResolvedModel };

/** Answers other features which models there are and what they cost, from memory wherever it can. */
@Injectable()
export class ModelCatalog {
  private readonly cache = new ReadThroughCache(async (id) => (await this.models.findCallable([id]))[0], {
    freshMs: 5_000,
    keptMs: 15 * 60_000,
    max: 5_000,
  });

  constructor(private readonly models: ModelsRepository) {}

  /** A model that can be called now. At most a few seconds old; older while the database is away. */
  resolve(id: string): Promise<ResolvedModel | undefined> | ResolvedModel | undefined {
    return this.cache.get(id);
  }

  /** Those of the models that can be called now, in the order of their names. */
  async findMany(ids: readonly string[]): Promise<ResolvedModel[]> {
    return ids.length === 0 ? [] : this.models.findCallable(ids);
  }

  /** Those of the names that the catalogue knows, whether they can be called now or not. */
  async existing(ids: readonly string[]): Promise<Set<string>> {
    return new Set(ids.length === 0 ? [] : await this.models.existing(ids));
  }

  @OnEvent(CatalogueChanged, 'after-commit')
  forget(): void {
    this.cache.clear();
  }
}
