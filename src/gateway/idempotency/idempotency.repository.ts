import { Injectable } from '@nestjs/common';
import { HotSql, type PreparedStatement, UnitOfWork } from '#libs/database';

/** How far the first call under a key came: `too_large` and `broken` ones cannot be given again. */
export type KeptState = 'open' | 'kept' | 'failed' | 'too_large' | 'broken';

/** A call under an idempotency key. */
export interface KeyedCall {
  readonly apiKeyId: string;
  readonly key: string;
  /** Of this attempt: an older one under the same key changes nothing any more. */
  readonly callId: string;
}

export interface KeptAnswer {
  /** Whether it answers the very same request. */
  readonly same: boolean;
  readonly state: KeptState;
  /** Longer open than any call lasts. */
  readonly abandoned: boolean;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly body: Buffer | null;
}

/** What is kept of a call that has ended. */
export interface Ending {
  readonly state: KeptState;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

const OPEN: PreparedStatement = {
  name: 'idempotency_open',
  text: `INSERT INTO idempotency_keys AS k (api_key_id, key, call_id, digest, expires_at)
         VALUES ($1, $2, $3, $4, now() + interval '24 hours')
         ON CONFLICT (api_key_id, key) DO UPDATE
            SET call_id = excluded.call_id, digest = excluded.digest, state = 'open', status = NULL, headers = NULL,
                body = NULL, opened_at = excluded.opened_at, expires_at = excluded.expires_at
          WHERE k.expires_at <= now()
         RETURNING 1`,
};
const FIND: PreparedStatement = {
  name: 'idempotency_find',
  text: `SELECT digest = $3 AS same, state, opened_at < now() - interval '2 hours' AS abandoned, status, headers, body
           FROM idempotency_keys WHERE api_key_id = $1 AND key = $2`,
};
const CLOSE: PreparedStatement = {
  name: 'idempotency_close',
  text: `UPDATE idempotency_keys SET state = $4, status = $5, headers = $6, body = $7
          WHERE api_key_id = $1 AND key = $2 AND call_id = $3`,
};
const RELEASE: PreparedStatement = {
  name: 'idempotency_release',
  text: 'DELETE FROM idempotency_keys WHERE api_key_id = $1 AND key = $2 AND call_id = $3',
};

/** Every question to the table of idempotency keys. */
@Injectable()
export class IdempotencyRepository {
  constructor(
    private readonly sql: HotSql,
    private readonly work: UnitOfWork,
  ) {}

  /** @returns whether the key is this call's now; of any number of callers on all replicas, one hears yes */
  async open({ apiKeyId, key, callId }: KeyedCall, digest: Buffer): Promise<boolean> {
    return (await this.sql.query(OPEN, [apiKeyId, key, callId, digest])).length > 0;
  }

  async find({ apiKeyId, key }: KeyedCall, digest: Buffer): Promise<KeptAnswer | undefined> {
    const [row] = await this.sql.query<KeptAnswer>(FIND, [apiKeyId, key, digest]);
    return row;
  }

  async close({ apiKeyId, key, callId }: KeyedCall, { state, status, headers, body }: Ending): Promise<void> {
    await this.sql.query(CLOSE, [apiKeyId, key, callId, state, status, headers && JSON.stringify(headers), body]);
  }

  /** The key is as if it had never been used. */
  async release({ apiKeyId, key, callId }: KeyedCall): Promise<void> {
    await this.sql.query(RELEASE, [apiKeyId, key, callId]);
  }

  /** @returns how many there were */
  async deleteExpired(): Promise<number> {
    const [, count]: [unknown, number] = await this.work.manager.query(
      'DELETE FROM idempotency_keys WHERE expires_at <= now()',
    );
    return count;
  }
}
