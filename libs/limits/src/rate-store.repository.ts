import { Injectable } from '@nestjs/common';
import { HotSql } from '#libs/database';
import { type RateAsk, type RateGrant, RateStore } from './rate-store.js';

const TAKE = {
  name: 'take_rates',
  text: `SELECT window_id, ends_in_ms, granted, free
           FROM take_rates($1::text[], $2::bigint[], $3::integer[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[])
          ORDER BY place`,
};
const FORGET = { name: 'forget_rates', text: "DELETE FROM rate_windows WHERE ends_at < now() - interval '1 minute'" };

interface Row {
  readonly window_id: string;
  readonly ends_in_ms: number;
  readonly granted: string;
  readonly free: string;
}

/** Windows in PostgreSQL, in a table that is not logged: after a crash of the database they begin anew. */
@Injectable()
export class PostgresRateStore extends RateStore {
  readonly kind = 'postgresql';

  constructor(private readonly sql: HotSql) {
    super();
  }

  async take(asks: readonly RateAsk[]): Promise<RateGrant[]> {
    const rows = await this.sql.query<Row>(TAKE, [
      asks.map(({ rule }) => rule.name),
      asks.map(({ rule }) => rule.limit),
      asks.map(({ rule }) => rule.windowMs),
      asks.map(({ needed }) => needed),
      asks.map(({ wanted }) => wanted),
      asks.map(({ windowId }) => windowId),
      asks.map(({ correction }) => correction),
    ]);
    return rows.map((row) => ({
      windowId: row.window_id,
      endsInMs: row.ends_in_ms,
      granted: Number(row.granted),
      free: Number(row.free),
    }));
  }

  /** Windows that are over mean nothing; they only take room. */
  async forgetPast(): Promise<void> {
    await this.sql.query(FORGET, []);
  }
}
