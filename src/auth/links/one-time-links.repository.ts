import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** What a link is for. Each purpose hashes with a key of its own. */
export type LinkPurpose = 'password-reset' | 'verify-email' | 'change-email';

export interface StoredLink {
  readonly id: string;
  readonly userId: string;
  readonly addressHash: Buffer;
  readonly addressSealed: Buffer | null;
  readonly addressKeyId: string | null;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
}

/** A link that is about to be. */
export interface NewLink extends Omit<StoredLink, 'usedAt'> {
  readonly purpose: LinkPurpose;
  readonly tokenHash: Buffer;
  readonly createdAt: Date;
}

/** Every question to the table of links. */
@Injectable()
export class OneTimeLinksRepository {
  constructor(private readonly work: UnitOfWork) {}

  async insert(link: NewLink): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO one_time_links
         (id, purpose, user_id, token_hash, address_hash, address_sealed, address_key_id, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        link.id,
        link.purpose,
        link.userId,
        link.tokenHash,
        link.addressHash,
        link.addressSealed,
        link.addressKeyId,
        link.createdAt,
        link.expiresAt,
      ],
    );
  }

  /** @param hashes everything that may be stored of the token */
  async find(purpose: LinkPurpose, hashes: readonly Buffer[]): Promise<StoredLink | undefined> {
    const rows: StoredLink[] = await this.work.manager.query(
      `SELECT id, user_id AS "userId", address_hash AS "addressHash", address_sealed AS "addressSealed",
              address_key_id AS "addressKeyId", expires_at AS "expiresAt", used_at AS "usedAt"
         FROM one_time_links WHERE purpose = $1 AND token_hash = ANY($2)`,
      [purpose, hashes],
    );
    return rows[0];
  }

  /** Of many who try at once, one succeeds. @returns false when it was used, or has run out */
  async use(id: string, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `WITH used AS (
         UPDATE one_time_links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2 RETURNING id
       ) SELECT id FROM used`,
      [id, now],
    );
    return rows.length === 1;
  }

  /** No link of that purpose that a person got before is good any more. */
  async expire(userId: string, purpose: LinkPurpose, now: Date): Promise<void> {
    await this.work.manager.query(
      'UPDATE one_time_links SET expires_at = $3 WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3',
      [userId, purpose, now],
    );
  }

  async countOpen(userId: string, purpose: LinkPurpose, now: Date): Promise<number> {
    const rows: { n: number }[] = await this.work.manager.query(
      `SELECT count(*)::int AS n FROM one_time_links
        WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3`,
      [userId, purpose, now],
    );
    return rows[0]?.n ?? 0;
  }

  async countSince(userId: string, purpose: LinkPurpose, since: Date): Promise<number> {
    const rows: { n: number }[] = await this.work.manager.query(
      'SELECT count(*)::int AS n FROM one_time_links WHERE user_id = $1 AND purpose = $2 AND created_at > $3',
      [userId, purpose, since],
    );
    return rows[0]?.n ?? 0;
  }

  /** @returns how many there were */
  async deleteExpired(before: Date): Promise<number> {
    const rows: { n: number }[] = await this.work.manager.query(
      'WITH gone AS (DELETE FROM one_time_links WHERE expires_at < $1 RETURNING 1) SELECT count(*)::int AS n FROM gone',
      [before],
    );
    return rows[0]?.n ?? 0;
  }
}
