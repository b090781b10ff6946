import { Injectable } from '@nestjs/common';
import { HotSql, type PreparedStatement } from '#libs/database';
import { toJson } from './ledger.codec.js';
import type { LedgerRow } from './ledger.row.js';

type Value = string | number | boolean | undefined;

const COLUMNS: readonly (readonly [column: string, type: string, read: (row: LedgerRow) => Value])[] = [
  ['id', 'uuid', ({ id }) => id],
  ['request_id', 'text', ({ requestId }) => requestId],
  ['user_id', 'uuid', ({ userId }) => userId],
  ['api_key_id', 'uuid', ({ apiKeyId }) => apiKeyId],
  ['subscription_id', 'uuid', ({ subscriptionId }) => subscriptionId],
  ['model_id', 'text', ({ modelId }) => modelId],
  ['provider_id', 'uuid', ({ providerId }) => providerId],
  ['provider_key_id', 'uuid', ({ providerKeyId }) => providerKeyId],
  ['operation', 'text', ({ operation }) => operation],
  ['status', 'text', ({ status }) => status],
  ['http_status', 'integer', ({ httpStatus }) => httpStatus],
  ['streamed', 'boolean', ({ streamed }) => streamed],
  ['input_tokens', 'bigint', ({ inputTokens }) => inputTokens],
  ['cached_input_tokens', 'bigint', ({ cachedInputTokens }) => cachedInputTokens],
  ['output_tokens', 'bigint', ({ outputTokens }) => outputTokens],
  ['tokens_source', 'text', ({ tokensSource }) => tokensSource],
  ['cache_write_tokens', 'bigint', ({ cacheWriteTokens = 0 }) => cacheWriteTokens],
  ['long_cache_write_tokens', 'bigint', ({ longCacheWriteTokens = 0 }) => longCacheWriteTokens],
  ['reasoning_tokens', 'bigint', ({ reasoningTokens = 0 }) => reasoningTokens],
  ['audio_input_tokens', 'bigint', ({ audioInputTokens = 0 }) => audioInputTokens],
  ['image_input_tokens', 'bigint', ({ imageInputTokens = 0 }) => imageInputTokens],
  ['audio_output_tokens', 'bigint', ({ audioOutputTokens = 0 }) => audioOutputTokens],
  ['image_output_tokens', 'bigint', ({ imageOutputTokens = 0 }) => imageOutputTokens],
  ['images', 'integer', ({ images = 0 }) => images],
  ['audio_seconds', 'integer', ({ audioSeconds = 0 }) => audioSeconds],
  ['characters', 'integer', ({ characters = 0 }) => characters],
  ['searches', 'integer', ({ searches = 0 }) => searches],
  ['price_id', 'uuid', ({ priceId }) => priceId],
  ['incomplete', 'boolean', ({ incomplete = false }) => incomplete],
  ['cost', 'numeric', ({ cost }) => cost.toString()],
  ['provider_response_id', 'text', ({ providerResponseId }) => providerResponseId],
  ['latency_ms', 'integer', ({ latencyMs }) => latencyMs],
  ['first_byte_ms', 'integer', ({ firstByteMs }) => firstByteMs],
];

/** What travels with a row beside its columns. A list of lists cannot be unnested, so lists travel as text. */
const CHARGES: typeof COLUMNS = [
  ['charged_budgets', 'text', ({ charges = [] }) => `{${charges.map(({ budgetId }) => budgetId).join(',')}}`],
  ['charged_periods', 'text', ({ charges = [] }) => `{${charges.map(({ startsAt }) => `"${startsAt}"`).join(',')}}`],
  ['replica_id', 'uuid', ({ replicaId }) => replicaId],
  ['settled_at', 'timestamptz', ({ settledAt }) => settledAt],
];
const TRAVELLING = [...COLUMNS, ...CHARGES];
const NAMES = COLUMNS.map(([column]) => column).join(', ');

/**
 * Row, debit, slices and quotas in one statement, and so in one transaction. One array for each column: a single text and
 * a single plan for groups of every size; to make the plan takes as long as all that it does. What is in the ledger
 * already is neither written nor charged again.
 */
const APPEND: PreparedStatement = {
  name: 'usage_ledger_append',
  plannedOnce: true,
  text: `
    WITH settled AS (
      SELECT * FROM unnest(${TRAVELLING.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')})
        AS s(${TRAVELLING.map(([column]) => column).join(', ')})
    ), fresh AS (
      INSERT INTO usage_events (${NAMES}, created_at, charged_budgets, charged_periods)
      SELECT ${NAMES}, coalesce(settled_at, now()), charged_budgets::uuid[], charged_periods::timestamptz[] FROM settled
      ON CONFLICT (id) DO NOTHING
      RETURNING id, cost, charged_budgets, charged_periods,
                subscription_id, created_at, tokens_source, input_tokens + output_tokens AS tokens
    ), counted AS (
      INSERT INTO quota_periods AS q (subscription_id, starts_at, ends_at, requests, tokens)
      SELECT f.subscription_id, span.starts_at, span.ends_at, sum(f.requests), sum(f.tokens)
        FROM (SELECT subscription_id, created_at, count(*) AS requests, sum(tokens) AS tokens FROM fresh
               WHERE subscription_id IS NOT NULL AND tokens_source <> 'none'
               GROUP BY subscription_id, created_at) f
       CROSS JOIN LATERAL quota_period(f.subscription_id, f.created_at) span
       GROUP BY f.subscription_id, span.starts_at, span.ends_at
       ORDER BY f.subscription_id, span.starts_at
      ON CONFLICT (subscription_id, starts_at) DO UPDATE
         SET requests = q.requests + excluded.requests, tokens = q.tokens + excluded.tokens
    ), closed AS (
      DELETE FROM open_calls o USING settled s WHERE o.id = s.id
    ), charge AS (
      SELECT s.replica_id, c.budget_id, c.period, sum(f.cost) AS cost
        FROM fresh f JOIN settled s USING (id), unnest(f.charged_budgets, f.charged_periods) AS c(budget_id, period)
       GROUP BY s.replica_id, c.budget_id, c.period
    )
    SELECT charge_budgets(array_agg(replica_id), array_agg(budget_id), array_agg(period), array_agg(cost)) FROM charge`,
};

const SET_ASIDE: PreparedStatement = {
  name: 'usage_ledger_set_aside',
  text: 'INSERT INTO usage_dead_letters (id, event, error) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING',
};

const TO_ESCAPE = /["\\]/g;

/**
 * A column of the rows as PostgreSQL reads a list. The driver would do it as well, at several times the cost: it does
 * not know that only texts can have anything to escape.
 */
function arrayOf(rows: readonly LedgerRow[], type: string, read: (row: LedgerRow) => Value): string {
  let text = '{';
  for (const row of rows) {
    const value = read(row);
    if (text.length > 1) text += ',';
    if (value === undefined) text += 'NULL';
    else text += type === 'text' ? `"${String(value).replace(TO_ESCAPE, String.raw`\$&`)}"` : String(value);
  }
  return `${text}}`;
}

/** Appends settled calls to the ledger. */
@Injectable()
export class UsageLedgerRepository {
  constructor(private readonly sql: HotSql) {}

  /** All of them in one transaction. What is in the ledger already stays as it is, so repeating is harmless. */
  async append(rows: readonly LedgerRow[]): Promise<void> {
    await this.sql.query(
      APPEND,
      TRAVELLING.map(([, type, read]) => arrayOf(rows, type, read)),
    );
  }

  /** Keeps a row that the ledger refuses where an operator finds it, with every number and the reason. */
  async setAside(row: LedgerRow, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    await this.sql.query(SET_ASIDE, [row.id, toJson(row), reason]);
  }
}
