import { Injectable } from '@nestjs/common';
import { paginateFeed, UnitOfWork } from '#libs/database';
import type { TimeRange } from '#libs/http';
import type { CursorPage, Pico } from '#libs/kernel';
import { UsageEventEntity } from './usage-event.entity.js';

/** Whose calls, and which of them; what is left out does not narrow. */
export interface UsageFilter extends TimeRange {
  readonly userId: string;
  readonly modelId?: string | undefined;
  readonly apiKeyId?: string | undefined;
  readonly status?: string | undefined;
}

export interface UsageTotals {
  readonly requests: number;
  readonly failedRequests: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly cost: Pico;
}

export interface UsageSums {
  readonly totals: UsageTotals;
  /** The dearest model first. */
  readonly byModel: readonly (UsageTotals & { readonly modelId: string })[];
}

/** One row for each model, and one of all together whose `model_id` is null. */
interface SumRow {
  model_id: string | null;
  requests: string;
  failed_requests: string;
  input_tokens: string;
  cached_input_tokens: string;
  output_tokens: string;
  cost: string;
}

const NARROWED = (at: string): string => `
          user_id = $1
      AND ($2::timestamptz IS NULL OR ${at} >= $2)
      AND ($3::timestamptz IS NULL OR ${at} < $3)
      AND ($4::text IS NULL OR model_id = $4)
      AND ($5::uuid IS NULL OR api_key_id = $5)`;

/** A correction counts as money on the day of its call, and is no call. */
const SUMS = `
  SELECT model_id,
         coalesce(sum(requests), 0) AS requests,
         coalesce(sum(failed), 0) AS failed_requests,
         coalesce(sum(input_tokens), 0) AS input_tokens,
         coalesce(sum(cached_input_tokens), 0) AS cached_input_tokens,
         coalesce(sum(output_tokens), 0) AS output_tokens,
         coalesce(sum(cost), 0) AS cost
    FROM (
      SELECT model_id, 1 AS requests, (status = 'failed')::int AS failed, input_tokens, cached_input_tokens,
             output_tokens, cost
        FROM usage_events WHERE ${NARROWED('created_at')}
      UNION ALL
      SELECT model_id, 0, 0, 0, 0, 0, delta FROM usage_corrections WHERE ${NARROWED('event_at')}
    ) AS booked
   GROUP BY GROUPING SETS ((model_id), ())
   ORDER BY cost DESC, model_id`;

/** Every question about settled calls. */
@Injectable()
export class UsageRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Newest first. */
  findFeed(
    { userId, modelId, apiKeyId, status, from, to }: UsageFilter,
    page: { cursor?: string | undefined; limit: number },
  ): Promise<CursorPage<UsageEventEntity>> {
    const query = this.work.manager
      .createQueryBuilder(UsageEventEntity, 'event')
      .where('event.userId = :userId', { userId });
    if (modelId !== undefined) query.andWhere('event.modelId = :modelId', { modelId });
    if (apiKeyId !== undefined) query.andWhere('event.apiKeyId = :apiKeyId', { apiKeyId });
    if (status !== undefined) query.andWhere('event.status = :status', { status });
    if (from !== undefined) query.andWhere('event.createdAt >= :from', { from });
    if (to !== undefined) query.andWhere('event.createdAt < :to', { to });
    return paginateFeed(query, page);
  }

  /** All in one statement, so that the total is the sum of what stands beside it. */
  async sum({ userId, modelId, apiKeyId, from, to }: UsageFilter): Promise<UsageSums> {
    const rows: SumRow[] = await this.work.manager.query(SUMS, [
      userId,
      from ?? null,
      to ?? null,
      modelId ?? null,
      apiKeyId ?? null,
    ]);
    const all = rows.find(({ model_id }) => model_id === null);
    if (!all) throw new Error('A grouping set without columns has a row, even of nothing.');
    const byModel = rows.flatMap((row) => (row.model_id === null ? [] : [{ modelId: row.model_id, ...totals(row) }]));
    return { totals: totals(all), byModel };
  }
}

function totals(row: SumRow): UsageTotals {
  return {
    requests: Number(row.requests),
    failedRequests: Number(row.failed_requests),
    inputTokens: Number(row.input_tokens),
    cachedInputTokens: Number(row.cached_input_tokens),
    outputTokens: Number(row.output_tokens),
    cost: BigInt(row.cost),
  };
}
