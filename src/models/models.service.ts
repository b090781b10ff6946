import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { mapPage, type Page, type PriceSource } from '#libs/kernel';
import { UpstreamPool } from '../providers/upstream.pool.js';
import type { ListModelsQueryDto } from './dto/model.request.dto.js';
import type { ModelDto } from './dto/model.response.dto.js';
import type { ModelEntity } from './model.entity.js';
import { modelsConfig } from './models.config.js';
import { modelErrors } from './models.errors.js';
import { ModelsRepository } from './models.repository.js';
import { pricingOf } from './dto/price.response.dto.js';
import type { KeptPrice } from './prices/price.row.js';
import { PricesRepository } from './prices/prices.repository.js';

type ProviderState = Awaited<ReturnType<UpstreamPool['states']>>[number];

/** Shows people the catalogue. */
@Injectable()
export class ModelsService {
  constructor(
    private readonly models: ModelsRepository,
    private readonly prices: PricesRepository,
    private readonly upstreams: UpstreamPool,
    @InjectConfig(modelsConfig) private readonly config: ConfigOf<typeof modelsConfig>,
  ) {}

  async list(_actor: Principal, query: ListModelsQueryDto): Promise<Page<ModelDto>> {
    const states = await this.upstreams.states();
    const named = states.filter(({ slug }) => slug === query.provider).map(({ id }) => id);
    const byId = new Map(states.map((state) => [state.id, state]));
    const page = await this.models.list(query, named, this.refusedSource);
    const prices = await this.prices.findInForce(page.items.map(({ id }) => id));
    return mapPage(page, (model: ModelEntity) => this.shown(model, prices.get(model.id), byId.get(model.providerId)));
  }

  async get(_actor: Principal, id: string): Promise<ModelDto> {
    const model = await this.models.findById(id);
    if (!model) throw modelErrors.model_not_found();
    const [states, prices] = [await this.upstreams.states(), await this.prices.findInForce([id])];
    const provider = states.find((state) => state.id === model.providerId);
    return this.shown(model, prices.get(id), provider);
  }

  /** Prices that nobody stated do not make a model callable where the policy says so. */
  private get refusedSource(): PriceSource | undefined {
    return this.config.unknownPricePolicy === 'refuse' ? 'default' : undefined;
  }

  private shown(model: ModelEntity, price: KeptPrice | undefined, provider: ProviderState | undefined): ModelDto {
    const refused = !price || price.source === this.refusedSource;
    return {
      id: model.id,
      provider: provider?.slug ?? '',
      vendor: model.vendor,
      description: model.description,
      contextLength: model.contextLength,
      maxOutputTokens: model.maxOutputTokens,
      pricing: price ? pricingOf(price) : null,
      capabilities: model.capabilities,
      availability: refused ? 'unavailable' : model.availability,
      restricted: model.restricted,
      stale: !provider?.enabled || provider.lastSyncError !== null,
    };
  }
}
