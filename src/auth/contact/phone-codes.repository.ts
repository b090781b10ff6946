import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

export interface PhoneCode {
  readonly id: string;
  readonly userId: string;
  readonly phoneSealed: Buffer;
  readonly phoneKeyId: string;
  readonly codeHash: Buffer;
  readonly expiresAt: Date;
}

/** Every question to the table of codes for telephone numbers. */
@Injectable()
export class PhoneCodesRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Takes the place of the code that the person got before. */
  async put({ id, userId, phoneSealed, phoneKeyId, codeHash, expiresAt }: PhoneCode): Promise<void> {
    await this.work.manager.query(
      `INSERT INTO phone_codes (id, user_id, phone_sealed, phone_key_id, code_hash, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, phone_sealed = excluded.phone_sealed,
         phone_key_id = excluded.phone_key_id, code_hash = excluded.code_hash, expires_at = excluded.expires_at, tries = 0`,
      [id, userId, phoneSealed, phoneKeyId, codeHash, expiresAt],
    );
  }

  /**
   * Counts a try before it is judged, so that many at once are no more than so many.
   *
   * @returns the code; undefined when there is none, it ran out, or was tried that often already
   */
  async countTry(userId: string, { most, now }: { most: number; now: Date }): Promise<PhoneCode | undefined> {
    const rows: PhoneCode[] = await this.work.manager.query(
      `WITH tried AS (
         UPDATE phone_codes SET tries = tries + 1 WHERE user_id = $1 AND tries < $2 AND expires_at > $3 RETURNING *
       )
       SELECT id, user_id AS "userId", phone_sealed AS "phoneSealed", phone_key_id AS "phoneKeyId",
              code_hash AS "codeHash", expires_at AS "expiresAt" FROM tried`,
      [userId, most, now],
    );
    return rows[0];
  }

  /** @returns false when it was used already */
  async use(id: string): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      'WITH used AS (DELETE FROM phone_codes WHERE id = $1 RETURNING id) SELECT id FROM used',
      [id],
    );
    return rows.length === 1;
  }

  /** @returns how many there were */
  async deleteExpired(now: Date): Promise<number> {
    const rows: { n: number }[] = await this.work.manager.query(
      'WITH gone AS (DELETE FROM phone_codes WHERE expires_at < $1 RETURNING 1) SELECT count(*)::int AS n FROM gone',
      [now],
    );
    return rows[0]?.n ?? 0;
  }
}
