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
  readonly ownerBannedUntil: Date | null;
  readonly modelIds: readonly string[];
  readonly permissions: readonly string[] | null;
  readonly rpmLimit: number | null;
  readonly tpmLimit: number | null;
  readonly modelRpmLimit: Readonly<Record<string, number>>;
  readonly modelTpmLimit: Readonly<Record<string, number>>;
  readonly maxParallelRequests: number | null;
  readonly ownerRpmLimit: number | null;
  readonly ownerTpmLimit: number | null;
  readonly teamId: string | null;
  /** Whether the owner belongs to the key's team; false also when the team is gone. */
  readonly isInTeam: boolean;
  /** Null without a team; empty for every model. */
  readonly teamModels: readonly string[] | null;
  readonly teamRpmLimit: number | null;
  readonly teamTpmLimit: number | null;
}

const FIND = `SELECT k.id, k.user_id AS "userId", k.secret_hash AS "secretHash", k.expires_at AS "expiresAt",
                k.revoked_at AS "revokedAt", u.status AS "ownerStatus", u.banned_until AS "ownerBannedUntil",
                ARRAY(SELECT m.model_id FROM api_key_models m WHERE m.api_key_id = k.id) AS "modelIds",
                k.permissions, k.rpm_limit AS "rpmLimit", k.tpm_limit AS "tpmLimit",
                k.model_rpm_limit AS "modelRpmLimit", k.model_tpm_limit AS "modelTpmLimit",
                k.max_parallel_requests AS "maxParallelRequests",
                u.rpm_limit AS "ownerRpmLimit", u.tpm_limit AS "ownerTpmLimit",
                k.team_id AS "teamId", tm.user_id IS NOT NULL AS "isInTeam", t.allowed_models AS "teamModels",
                t.rpm_limit AS "teamRpmLimit", t.tpm_limit AS "teamTpmLimit"
           FROM api_keys k
           JOIN users u ON u.id = k.user_id
           LEFT JOIN teams t ON t.id = k.team_id
           LEFT JOIN team_members tm ON tm.team_id = k.team_id AND tm.user_id = k.user_id`;

export const FIND_BY_HASH: PreparedStatement = {
  name: 'api_key_find_by_hash',
  text: `${FIND}
          WHERE k.secret_hash = ANY($1::bytea[])`,
};

const FIND_BY_ID: PreparedStatement = {
  name: 'api_key_find_by_id',
  text: `${FIND}
          WHERE k.id = $1`,
};

const FIND_BY_IDS: PreparedStatement = {
  name: 'api_key_find_by_ids',
  text: `${FIND}
          WHERE k.id = ANY($1)`,
};

const MARK_USED: PreparedStatement = {
  name: 'api_key_mark_used',
  text: `UPDATE api_keys k
            SET last_used_at = greatest(k.last_used_at, used.at)
           FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
          WHERE k.id = used.id`,
};

const REPLACE_HASH: PreparedStatement = {
  name: 'api_key_replace_hash',
  text: 'UPDATE api_keys SET secret_hash = $3 WHERE id = $1 AND secret_hash = $2',
};

/** The questions of the gateway's path about keys. */
@Injectable()
export class ApiKeyLookupRepository {
  constructor(private readonly sql: HotSql) {}

  /** @param secretHashes all that may be stored of one secret */
  async findByHash(secretHashes: readonly Buffer[]): Promise<FoundApiKey | undefined> {
    const [row] = await this.sql.query<FoundApiKey>(FIND_BY_HASH, [secretHashes]);
    return row;
  }

  async findById(id: string): Promise<FoundApiKey | undefined> {
    const [row] = await this.sql.query<FoundApiKey>(FIND_BY_ID, [id]);
    return row;
  }

  /** Leaves alone what has another secret meanwhile. */
  async replaceHash(id: string, before: Buffer, after: Buffer): Promise<void> {
    await this.sql.query(REPLACE_HASH, [id, before, after]);
  }

  /** Those that are not there are left out. */
  findByIds(ids: readonly string[]): Promise<FoundApiKey[]> {
    return this.sql.query<FoundApiKey>(FIND_BY_IDS, [ids]);
  }

  /** @param uses when each key was last used, in Unix milliseconds, by its id */
  async markUsed(uses: ReadonlyMap<string, number>): Promise<void> {
    const moments = Array.from(uses.values(), (at) => new Date(at).toISOString());
    await this.sql.query(MARK_USED, [[...uses.keys()], moments]);
  }
}
