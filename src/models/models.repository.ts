import { Injectable } from '@nestjs/common';
import { HotSql, likeContains, paginate, type PreparedStatement, UnitOfWork } from '#libs/database';
import type { Page, Price, PriceSource } from '#libs/kernel';
import type { ListModelsQueryDto } from './dto/model.request.dto.js';
import { ModelEntity } from './model.entity.js';
import { type CurrentPrice, PricesRepository } from './prices/prices.repository.js';

/** What the gateway needs of a model that can be called. */
export interface ResolvedModel {
  readonly id: string;
  readonly providerId: string;
  readonly upstreamName: string;
  readonly vendor: string | null;
  /** What it costs at this moment. */
  readonly price: Price;
  readonly contextLength: number | null;
  readonly maxOutputTokens: number | null;
  readonly capabilities: readonly string[];
  /** A subscription needs an administrator's approval. */
  readonly restricted: boolean;
  readonly createdAt: Date;
}

/** A model that can be called, with what is known of its prices to come. */
export interface CallableModel {
  readonly model: ResolvedModel;
  readonly nextPrice: CurrentPrice['next'];
}

const CALLABLE: PreparedStatement = {
  name: 'models.callable',
  text: `SELECT id, provider_id AS "providerId", upstream_name AS "upstreamName", vendor,
                context_length AS "contextLength", max_output_tokens AS "maxOutputTokens", capabilities, restricted,
                created_at AS "createdAt"
           FROM models WHERE id = ANY ($1) AND availability = 'available' ORDER BY id`,
};

/** A column of the price in force, to sort by. */
const priceInForce = (column: 'input' | 'output'): string =>
  `(SELECT price.${column} FROM model_price_in_force(model.id, now()) AS price)`;

/** Offered by its provider, and with a price that somebody answers for. */
const CAN_BE_CALLED = `model.availability = 'available' AND EXISTS (
  SELECT FROM model_price_in_force(model.id, now()) AS price WHERE price.source <> :refusedSource)`;

const SORT_COLUMNS: Readonly<Record<ListModelsQueryDto['sort'], string>> = {
  id: 'model.id',
  contextLength: 'model.contextLength',
  inputCost: 'sort_price',
  outputCost: 'sort_price',
  createdAt: 'model.createdAt',
};

/** The questions about the catalogue. */
@Injectable()
export class ModelsRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly hot: HotSql,
    private readonly prices: PricesRepository,
  ) {}

  /**
   * @param providerIds the providers that the query's `provider` names; a vendor may have the same name
   * @param refusedSource models whose price comes from here cannot be called
   */
  list(
    query: ListModelsQueryDto,
    providerIds: readonly string[],
    refusedSource: PriceSource | undefined,
  ): Promise<Page<ModelEntity>> {
    const { provider, capability, search, availability, sort, order } = query;
    const models = this.work.manager.getRepository(ModelEntity).createQueryBuilder('model');
    if (provider !== undefined) {
      models.andWhere('(model.provider_id = ANY (:providerIds) OR model.vendor = :provider)', {
        providerIds,
        provider,
      });
    }
    if (capability !== undefined) models.andWhere('model.capabilities @> ARRAY[:capability]::text[]', { capability });
    if (availability !== undefined) {
      models.andWhere(`(${CAN_BE_CALLED}) = :isCallable`, {
        isCallable: availability === 'available',
        refusedSource: refusedSource ?? '',
      });
    }
    if (search !== undefined) {
      models.andWhere('(model.id ILIKE :text OR model.description ILIKE :text)', { text: likeContains(search) });
    }
    if (sort === 'inputCost') models.addSelect(priceInForce('input'), 'sort_price');
    if (sort === 'outputCost') models.addSelect(priceInForce('output'), 'sort_price');
    models.orderBy(SORT_COLUMNS[sort], order === 'asc' ? 'ASC' : 'DESC', 'NULLS LAST');
    if (sort !== 'id') models.addOrderBy('model.id', 'ASC');
    return paginate(models, query);
  }

  findById(id: string): Promise<ModelEntity | null> {
    return this.work.manager.getRepository(ModelEntity).findOneBy({ id });
  }

  /** Those of the models that can be called now and have a price, by name. */
  async findCallable(ids: readonly string[]): Promise<CallableModel[]> {
    const [rows, prices] = await Promise.all([
      this.hot.query<Omit<ResolvedModel, 'price'>>(CALLABLE, [ids]),
      this.prices.findCurrent(ids),
    ]);
    return rows.flatMap((row) => {
      const current = prices.get(row.id);
      return current ? [{ model: { ...row, price: current.price }, nextPrice: current.next }] : [];
    });
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
