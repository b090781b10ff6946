import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { TimeRange } from '#libs/http';
import type { Pico } from '#libs/kernel';
import type { RatedUsage } from '../rating.js';
import type { EntryKind } from './balance.repository.js';

export type TransactionType = EntryKind | 'usage';

/** Whose transactions, and which of them; what is left out does not narrow. */
export interface TransactionFilter extends TimeRange {
  readonly userId: string;
  readonly type?: string | undefined;
}

/** A call that was paid from the balance, with all that it was rated by. */
export interface PaidCall extends RatedUsage {
  readonly requestId: string;
  readonly modelId: string;
  readonly priceId: string | null;
  readonly incomplete: boolean;
}

/** One movement of a balance. */
export interface Movement {
  readonly id: string;
  readonly type: TransactionType;
  /** Pico-dollars; negative for what a call cost. */
  readonly amount: Pico;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly call: PaidCall | null;
}

const NARROWED = `user_id = $1
       AND ($2::uuid IS NULL OR id < $2)
       AND ($3::timestamptz IS NULL OR created_at >= $3)
       AND ($4::timestamptz IS NULL OR created_at < $4)`;

/** Each side brings no more than the page needs, from its own index. A call that cost nothing moved nothing. */
const FEED = `
  (SELECT id, kind AS type, amount, reason, created_at AS "createdAt", NULL::jsonb AS call
     FROM balance_entries
    WHERE ${NARROWED} AND ($5::text IS NULL OR kind = $5)
    ORDER BY id DESC LIMIT $6)
  UNION ALL
  (SELECT id, 'usage', -cost, NULL, created_at,
          jsonb_build_object('requestId', request_id, 'modelId', model_id, 'priceId', price_id,
            'incomplete', incomplete, 'inputTokens', input_tokens, 'cachedInputTokens', cached_input_tokens,
            'cacheWriteTokens', cache_write_tokens, 'longCacheWriteTokens', long_cache_write_tokens,
            'outputTokens', output_tokens,
            'reasoningTokens', reasoning_tokens, 'audioInputTokens', audio_input_tokens,
            'imageInputTokens', image_input_tokens, 'audioOutputTokens', audio_output_tokens,
            'imageOutputTokens', image_output_tokens, 'images', images, 'audioSeconds', audio_seconds,
            'characters', characters, 'searches', searches)
     FROM usage_events
    WHERE ${NARROWED} AND ($5::text IS NULL OR $5 = 'usage') AND cost > 0
      AND (SELECT b.id FROM budgets b WHERE b.scope = 'balance' AND b.scope_id = $7) = ANY (charged_budgets)
    ORDER BY id DESC LIMIT $6)
  ORDER BY id DESC LIMIT $6`;

/** Everything that moved a balance: what was booked, and the calls of the ledger that it paid. */
@Injectable()
export class TransactionsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Newest first, before the cursor. */
  async find(
    { userId, type, from, to }: TransactionFilter,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ): Promise<Movement[]> {
    const rows: (Omit<Movement, 'amount'> & { readonly amount: string })[] = await this.work.manager.query(FEED, [
      userId,
      cursor ?? null,
      from ?? null,
      to ?? null,
      type ?? null,
      limit,
      userId,
    ]);
    return rows.map((row) => ({ ...row, amount: BigInt(row.amount) }));
  }
}
