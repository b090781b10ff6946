import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { mapPage, type Page } from '#libs/kernel';
import { UpstreamPool } from '../providers/upstream.pool.js';
import type { ListModelsQueryDto } from './dto/model.request.dto.js';
import type { ModelDto } from './dto/model.response.dto.js';
import type { ModelEntity } from './model.entity.js';
import { modelErrors } from './models.errors.js';
import { ModelsRepository } from './models.repository.js';

type ProviderState = Awaited<ReturnType<UpstreamPool['states']>>[number];

/** Shows people the catalogue. */
@Injectable()
export class ModelsService {
  constructor(
    private readonly models: ModelsRepository,
    private readonly upstreams: UpstreamPool,
  ) {}

  async list(_actor: Principal, query: ListModelsQueryDto): Promise<Page<ModelDto>> {
    const states = await this.upstreams.states();
    const named = states.filter(({ slug }) => slug === query.provider).map(({ id }) => id);
    const byId = new Map(states.map((state) => [state.id, state]));
    return mapPage(await this.models.list(query, named), (model: ModelEntity) =>
      shown(model, byId.get(model.providerId)),
    );
  }

  async get(_actor: Principal, id: string): Promise<ModelDto> {
    const model = await this.models.findById(id);
    if (!model) throw modelErrors.model_not_found();
    const states = await this.upstreams.states();
    return shown(
      model,
      states.find((state) => state.id === model.providerId),
    );
  }
}

function shown(model: ModelEntity, provider: ProviderState | undefined): ModelDto {
  return {
    id: model.id,
    provider: provider?.slug ?? '',
    vendor: model.vendor,
    description: model.description,
    contextLength: model.contextLength,
    maxOutputTokens: model.maxOutputTokens,
    pricing: {
      inputCost: model.inputPrice,
      outputCost: model.outputPrice,
      cachedInputCost: model.cachedInputPrice,
      currency: 'USD',
      unit: 'token',
      source: model.priceSource,
    },
    capabilities: model.capabilities,
    availability: model.availability,
    restricted: model.restricted,
    stale: !provider?.enabled || provider.lastSyncError !== null,
  };
}
