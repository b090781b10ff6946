import { Injectable } from '@nestjs/common';
import { HotSql, type PreparedStatement } from '#libs/database';

/** All that a verification needs to know of a key. */
export interface FoundApiKey {
  readonly id: string;
  readonly userId: string;
  readonly secretHash: Buffer;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly ownerStatus: string;
  readonly modelIds: readonly string[];
}

export const FIND_BY_HASH: PreparedStatement = {
  name: 'api_key_find_by_hash',
  text: `SELECT k.id, k.user_id AS "userId", k.secret_hash AS "secretHash", k.expires_at AS "expiresAt",
                k.revoked_at AS "revokedAt", u.status AS "ownerStatus",
                ARRAY(SELECT m.model_id FROM api_key_models m WHERE m.api_key_id = k.id) AS "modelIds"
           FROM api_keys k
           JOIN users u ON u.id = k.user_id
          WHERE k.secret_hash = $1`,
};

const MARK_USED: PreparedStatement = {
  name: 'api_key_mark_used',
  text: `UPDATE api_keys k
            SET last_used_at = greatest(k.last_used_at, used.at)
           FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
          WHERE k.id = used.id`,
};

/** The two questions of the gateway's path about keys. */
@Injectable()
export class ApiKeyLookupRepository {
  constructor(private readonly sql: HotSql) {}

  async findByHash(secretHash: Buffer): Promise<FoundApiKey | undefined> {
    const [row] = await this.sql.query<FoundApiKey>(FIND_BY_HASH, [secretHash]);
    return row;
  }

  /** @param uses when each key was last used, in Unix milliseconds, by its id */
  async markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    const moments = Array.from(uses.values(), (at) => new Date(at).toISOString());
    await this.sql.query(MARK_USED, [[...uses.keys()], moments]);
  }
}
