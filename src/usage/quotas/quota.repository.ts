import { Injectable } from '@nestjs/common';
import { HotSql } from '#libs/database';

/** What was used of a subscription in the period that holds now. */
export interface QuotaUse {
  readonly requests: number;
  readonly tokens: number;
  /** Milliseconds until the period ends, by the database's clock. */
  readonly endsInMs: number;
  readonly lengthMs: number;
}

const USE = {
  name: 'quota_use',
  text: `SELECT coalesce(p.requests, 0)::float8 AS requests, coalesce(p.tokens, 0)::float8 AS tokens,
                (extract(epoch FROM span.ends_at - clock_timestamp()) * 1000)::float8 AS "endsInMs",
                (extract(epoch FROM span.ends_at - span.starts_at) * 1000)::float8 AS "lengthMs"
           FROM quota_period($1, clock_timestamp()) span
           LEFT JOIN quota_periods p ON p.subscription_id = $1 AND p.starts_at = span.starts_at`,
};

/** Reads what the ledger counted of subscriptions. */
@Injectable()
export class QuotaRepository {
  constructor(private readonly sql: HotSql) {}

  async useOf(subscriptionId: string): Promise<QuotaUse> {
    const [use] = await this.sql.query<QuotaUse>(USE, [subscriptionId]);
    if (!use) throw new Error('There is a period at every moment.');
    return use;
  }
}
