import { Injectable } from '@nestjs/common';
import { HotSql, likeContains, paginate, type PreparedStatement, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import type { ListModelsQueryDto } from './dto/model.request.dto.js';
import { ModelEntity } from './model.entity.js';

/** What the gateway needs of a model that can be called. Prices are pico-dollars a token. */
export interface ResolvedModel {
  readonly id: string;
  readonly providerId: string;
  readonly upstreamName: string;
  readonly vendor: string | null;
  readonly inputPrice: bigint;
  readonly outputPrice: bigint;
  readonly cachedInputPrice: bigint | null;
  readonly contextLength: number | null;
  readonly maxOutputTokens: number | null;
  readonly capabilities: readonly string[];
  /** A subscription needs an administrator's approval. */
  readonly restricted: boolean;
  readonly createdAt: Date;
}

type CallableRow = Omit<ResolvedModel, 'inputPrice' | 'outputPrice' | 'cachedInputPrice'> & {
  inputPrice: string;
  outputPrice: string;
  cachedInputPrice: string | null;
};

const CALLABLE: PreparedStatement = {
  name: 'models.callable',
  text: `SELECT id, provider_id AS "providerId", upstream_name AS "upstreamName", vendor, input_price AS "inputPrice",
                output_price AS "outputPrice", cached_input_price AS "cachedInputPrice",
                context_length AS "contextLength", max_output_tokens AS "maxOutputTokens", capabilities, restricted,
                created_at AS "createdAt"
           FROM models WHERE id = ANY ($1) AND availability = 'available' ORDER BY id`,
};

const SORT_COLUMNS: Readonly<Record<ListModelsQueryDto['sort'], string>> = {
  id: 'model.id',
  contextLength: 'model.contextLength',
  inputCost: 'model.inputPrice',
  outputCost: 'model.outputPrice',
  createdAt: 'model.createdAt',
};

/** The questions about the catalogue. */
@Injectable()
export class ModelsRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly hot: HotSql,
  ) {}

  /** @param providerIds the providers that the query's `provider` names; a vendor may have the same name */
  list(query: ListModelsQueryDto, providerIds: readonly string[]): Promise<Page<ModelEntity>> {
    const { provider, capability, search, availability, sort, order } = query;
    const models = this.work.manager.getRepository(ModelEntity).createQueryBuilder('model');
    if (provider !== undefined) {
      models.andWhere('(model.provider_id = ANY (:providerIds) OR model.vendor = :provider)', {
        providerIds,
        provider,
      });
    }
    if (capability !== undefined) models.andWhere('model.capabilities @> ARRAY[:capability]::text[]', { capability });
    if (availability !== undefined) models.andWhere('model.availability = :availability', { availability });
    if (search !== undefined) {
      models.andWhere('(model.id ILIKE :text OR model.description ILIKE :text)', { text: likeContains(search) });
    }
    models.orderBy(SORT_COLUMNS[sort], order === 'asc' ? 'ASC' : 'DESC', 'NULLS LAST');
    if (sort !== 'id') models.addOrderBy('model.id', 'ASC');
    return paginate(models, query);
  }

  findById(id: string): Promise<ModelEntity | null> {
    return this.work.manager.getRepository(ModelEntity).findOneBy({ id });
  }

  /** Those of the models that can be called now, by name. */
  async findCallable(ids: readonly string[]): Promise<ResolvedModel[]> {
    const rows = await this.hot.query<CallableRow>(CALLABLE, [ids]);
    return rows.map((row) => ({
      ...row,
      inputPrice: BigInt(row.inputPrice),
      outputPrice: BigInt(row.outputPrice),
      cachedInputPrice: row.cachedInputPrice === null ? null : BigInt(row.cachedInputPrice),
    }));
  }

  /** Those of the names that the catalogue knows, mocks left out. */
  async existing(ids: readonly string[]): Promise<string[]> {
    const rows: { id: string }[] = await this.work.manager.query(
      "SELECT id FROM models WHERE id = ANY ($1) AND source <> 'mock'",
      [ids],
    );
    return rows.map(({ id }) => id);
  }
}
