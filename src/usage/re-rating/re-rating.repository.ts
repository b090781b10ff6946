import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Pico } from '#libs/kernel';
import type { RatedEvent } from './re-rating.js';

/** What is added to the ledger beside a row, so that the row itself stays as it is. */
export interface Correction {
  readonly id: string;
  readonly usageEventId: string;
  readonly priceId: string;
  readonly delta: Pico;
  readonly reason: string;
  readonly createdBy: string;
  readonly userId: string;
  readonly apiKeyId: string;
  readonly modelId: string;
  readonly eventAt: Date;
}

type EventRow = Omit<RatedEvent, CountName | 'cost' | 'corrected'> &
  Readonly<Record<CountName, string>> & { readonly cost: string; readonly corrected: string };

const COUNTS = [
  'inputTokens',
  'cachedInputTokens',
  'cacheWriteTokens',
  'longCacheWriteTokens',
  'outputTokens',
  'reasoningTokens',
  'audioInputTokens',
  'imageInputTokens',
  'audioOutputTokens',
  'imageOutputTokens',
  'images',
  'audioSeconds',
  'characters',
  'searches',
] as const;
type CountName = (typeof COUNTS)[number];

const column = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Rows in the order of their ids, which is that of time. What cost nothing because nothing was done stays free. */
const FIND = `
  SELECT event.id, event.user_id AS "userId", event.api_key_id AS "apiKeyId", event.model_id AS "modelId",
         event.created_at AS "createdAt", event.cost, event.price_id AS "priceId", event.incomplete,
         ${COUNTS.map((name) => `event.${column(name)} AS "${name}"`).join(', ')},
         (SELECT coalesce(sum(delta), 0) FROM usage_corrections WHERE usage_event_id = event.id) AS corrected
    FROM usage_events AS event
   WHERE event.id > $1 AND event.id < $2 AND event.tokens_source <> 'none'
     AND ($3::text IS NULL OR event.model_id = $3)
   ORDER BY event.id LIMIT $4`;

const BOOK = `
  INSERT INTO usage_corrections (id, usage_event_id, price_id, delta, reason, created_by, user_id, api_key_id, model_id,
                                 event_at)
  SELECT "id", "usageEventId", "priceId", "delta", "reason", "createdBy", "userId", "apiKeyId", "modelId", "eventAt"
    FROM jsonb_to_recordset($1::jsonb) AS row
         ("id" uuid, "usageEventId" uuid, "priceId" uuid, "delta" numeric, "reason" text, "createdBy" uuid,
          "userId" uuid, "apiKeyId" uuid, "modelId" text, "eventAt" timestamptz)`;

/** Reads the ledger row by row, and books corrections beside it. */
@Injectable()
export class ReRatingRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Lets one re-rating book at a time, on any replica; calls are settled meanwhile. */
  async lock(): Promise<void> {
    await this.work.manager.query('LOCK TABLE usage_corrections IN SHARE ROW EXCLUSIVE MODE');
  }

  /**
   * The calls that were admitted in a range of time, batch by batch.
   *
   * @param after the id before the first one
   * @param before the first id that is too late
   */
  async findBatch(
    { after, before, modelId }: { after: string; before: string; modelId: string | undefined },
    limit: number,
  ): Promise<RatedEvent[]> {
    const rows: EventRow[] = await this.work.manager.query(FIND, [after, before, modelId ?? null, limit]);
    return rows.map((row) => ({
      ...row,
      ...(Object.fromEntries(COUNTS.map((name) => [name, Number(row[name])])) as Record<CountName, number>),
      cost: BigInt(row.cost),
      corrected: BigInt(row.corrected),
    }));
  }

  async book(corrections: readonly Correction[]): Promise<void> {
    if (corrections.length === 0) return;
    const rows = corrections.map((correction) => ({ ...correction, delta: correction.delta.toString() }));
    await this.work.manager.query(BOOK, [JSON.stringify(rows)]);
  }
}
