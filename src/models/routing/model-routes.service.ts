import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import type { ModelFallbacksDto } from '../dto/model-route.response.dto.js';
import { ModelAliasRemoved, ModelAliasSet, ModelFallbacksSet } from '../events/model-route.events.js';
import { modelErrors } from '../models.errors.js';
import { ModelsRepository } from '../models.repository.js';
import { type ModelAlias, ModelRoutesRepository } from './model-routes.repository.js';

/** Lets administrators give models other names, and say what stands in for them. */
@Injectable()
export class ModelRoutesService {
  constructor(
    private readonly routes: ModelRoutesRepository,
    private readonly models: ModelsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  aliases(_actor: Principal): Promise<ModelAlias[]> {
    return this.routes.aliases();
  }

  /** @throws DomainError model_not_found, model_alias_taken by a model of this name */
  async setAlias(actor: Principal, alias: string, modelId: string): Promise<ModelAlias> {
    return this.work.run(async () => {
      const [known, taken] = [await this.models.existing([modelId]), await this.models.existing([alias])];
      if (known.length === 0) throw modelErrors.model_not_found({ param: 'modelId' });
      if (taken.length > 0) throw modelErrors.model_alias_taken({ param: 'alias' });
      const before = await this.routes.findAlias(alias);
      await this.routes.setAlias(alias, modelId);
      await this.events.publish(new ModelAliasSet(actor, alias, before?.modelId, modelId));
      const after = await this.routes.findAlias(alias);
      if (!after) throw modelErrors.model_alias_not_found();
      return after;
    });
  }

  /** @throws DomainError model_alias_not_found */
  async removeAlias(actor: Principal, alias: string): Promise<void> {
    await this.work.run(async () => {
      const before = await this.routes.findAlias(alias);
      if (!before) throw modelErrors.model_alias_not_found();
      await this.routes.removeAlias(alias);
      await this.events.publish(new ModelAliasRemoved(actor, alias, before.modelId));
    });
  }

  /** @throws DomainError model_not_found */
  async fallbacks(_actor: Principal, modelId: string): Promise<ModelFallbacksDto> {
    await this.known([modelId]);
    return { modelId, fallbackIds: await this.routes.fallbacksOf(modelId) };
  }

  /** @throws DomainError model_not_found, model_fallback_invalid */
  async setFallbacks(actor: Principal, modelId: string, wanted: readonly string[]): Promise<ModelFallbacksDto> {
    const fallbackIds = [...new Set(wanted)];
    if (fallbackIds.includes(modelId)) throw modelErrors.model_fallback_invalid({ param: 'fallbackIds' });
    return this.work.run(async () => {
      await this.known([modelId, ...fallbackIds]);
      const before = await this.routes.fallbacksOf(modelId);
      await this.routes.setFallbacks(modelId, fallbackIds);
      await this.events.publish(new ModelFallbacksSet(actor, modelId, before, fallbackIds));
      return { modelId, fallbackIds };
    });
  }

  private async known(ids: readonly string[]): Promise<void> {
    if ((await this.models.existing(ids)).length < ids.length) throw modelErrors.model_not_found();
  }
}
