import { Injectable } from '@nestjs/common';
import { HotSql, type PreparedStatement, UnitOfWork } from '#libs/database';
import { newId, type Price } from '#libs/kernel';
import {
  INSERT_PRICES,
  insertable,
  type KeptPrice,
  keptPrice,
  type NewPrice,
  priceColumns,
  type PriceRow,
} from './price.row.js';
import type { StatedPrice } from './unit-prices.js';

/** What a model costs now, and what it will cost next. */
export interface CurrentPrice {
  readonly price: Price;
  /** The next override that is known already, and how long until it holds. */
  readonly next: { readonly price: Price; readonly inMs: number } | undefined;
}

/** For each model the price in force and, after it, the next override that waits. */
const CURRENT: PreparedStatement = {
  name: 'models.current_prices',
  text: `SELECT ${priceColumns('price')},
                (extract(epoch FROM price.valid_from - now()) * 1000)::float8 AS "inMs"
           FROM unnest($1::text[]) AS asked (id)
          CROSS JOIN LATERAL (
            (SELECT * FROM model_price_in_force(asked.id, now()))
            UNION ALL
            (SELECT * FROM model_prices
              WHERE model_id = asked.id AND override AND valid_from > now() ORDER BY valid_from LIMIT 1)
          ) AS price`,
};

/** The questions about prices, and the ways in which they come about. Rows are added, and never changed. */
@Injectable()
export class PricesRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly hot: HotSql,
  ) {}

  /** By model; on the gateway's path. */
  async findCurrent(modelIds: readonly string[]): Promise<Map<string, CurrentPrice>> {
    const rows = await this.hot.query<PriceRow & { inMs: number }>(CURRENT, [modelIds]);
    const current = new Map<string, CurrentPrice>();
    // Those that hold come first, so that what comes next finds them.
    for (const row of rows.toSorted((a, b) => a.inMs - b.inMs)) {
      const before = current.get(row.modelId);
      const price = keptPrice(row);
      if (row.inMs <= 0) current.set(row.modelId, { price, next: undefined });
      else if (before) current.set(row.modelId, { ...before, next: { price, inMs: row.inMs } });
    }
    return current;
  }

  /** What each model costs while no override holds. */
  async findBase(): Promise<Map<string, StatedPrice>> {
    const rows: PriceRow[] = await this.work.manager.query(
      `SELECT DISTINCT ON (price.model_id) ${priceColumns('price')} FROM model_prices AS price
        WHERE NOT price.override ORDER BY price.model_id, price.valid_from DESC`,
    );
    return new Map(rows.map((row) => [row.modelId, keptPrice(row)]));
  }

  /** The price of each model at this moment, in the open transaction. */
  async findInForce(modelIds: readonly string[]): Promise<Map<string, KeptPrice>> {
    const rows: PriceRow[] = await this.work.manager.query(
      `SELECT ${priceColumns('price')} FROM unnest($1::text[]) AS asked (id)
        CROSS JOIN LATERAL model_price_in_force(asked.id, now()) AS price`,
      [modelIds],
    );
    return new Map(rows.map((row) => [row.modelId, keptPrice(row)]));
  }

  /** Every price that the models ever had or will have, the latest first. */
  async findHistory(modelIds: readonly string[]): Promise<KeptPrice[]> {
    const rows: PriceRow[] = await this.work.manager.query(
      `SELECT ${priceColumns('price')} FROM model_prices AS price WHERE price.model_id = ANY ($1)
        ORDER BY price.valid_from DESC, price.override DESC, price.id DESC`,
      [modelIds],
    );
    return rows.map(keptPrice);
  }

  async addBase(prices: readonly { readonly modelId: string; readonly price: StatedPrice }[]): Promise<void> {
    await this.add(prices.map((price) => ({ priceId: newId(), ...price })));
  }

  /** @throws the violation of `model_prices_moment_key` when another price begins at the same moment */
  async add(prices: readonly NewPrice[]): Promise<void> {
    if (prices.length === 0) return;
    await this.work.manager.query(INSERT_PRICES, [JSON.stringify(prices.map(insertable))]);
  }

  /** Whether the moment lies before the database's present. */
  async isPast(moment: Date): Promise<boolean> {
    const rows: { past: boolean }[] = await this.work.manager.query('SELECT $1::timestamptz < now() AS past', [moment]);
    return rows[0]?.past === true;
  }

  /** Lets one administrator change a model's prices at a time. */
  async lockModel(modelId: string): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query('SELECT 1 FROM models WHERE id = $1 FOR UPDATE', [modelId]);
    return rows.length > 0;
  }

  /** Takes back a price that does not hold yet. @returns whether there was one */
  async deleteFuture(modelId: string, priceId: string): Promise<boolean> {
    const [, count] = (await this.work.manager.query(
      'DELETE FROM model_prices WHERE model_id = $1 AND id = $2 AND override AND valid_from > now()',
      [modelId, priceId],
    )) as [unknown, number];
    return count > 0;
  }

  /** Ends every override that has begun, so that the price below holds again; those that wait stay. */
  async endOverrides(modelId: string): Promise<void> {
    await this.work.manager.query(
      `UPDATE model_prices SET valid_until = now()
        WHERE model_id = $1 AND override AND valid_from <= now() AND valid_until IS NULL`,
      [modelId],
    );
  }
}
