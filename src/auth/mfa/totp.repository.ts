import { Injectable } from '@nestjs/common';
import type { Sealed } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';

export interface StoredTotp {
  readonly id: string;
  readonly sealed: Sealed;
  readonly enabledAt: Date | null;
  readonly lastUsedAt: Date | null;
}

/** Every question to the table of secrets of one-time codes. */
@Injectable()
export class TotpRepository {
  constructor(private readonly work: UnitOfWork) {}

  async find(userId: string): Promise<StoredTotp | undefined> {
    const rows: (Omit<StoredTotp, 'sealed'> & { box: Buffer; keyId: string })[] = await this.work.manager.query(
      `SELECT id, sealed_secret AS box, sealed_with AS "keyId", enabled_at AS "enabledAt", last_used_at AS "lastUsedAt"
         FROM totp_factors WHERE user_id = $1`,
      [userId],
    );
    return rows.map(({ box, keyId, ...row }) => ({ ...row, sealed: { box, keyId } }))[0];
  }

  /** Takes the place of a secret that was never switched on. @returns false when one is on */
  async insertPending(id: string, userId: string, { box, keyId }: Sealed, now: Date): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `INSERT INTO totp_factors (id, user_id, sealed_secret, sealed_with, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (user_id) DO UPDATE
          SET id = excluded.id, sealed_secret = excluded.sealed_secret, sealed_with = excluded.sealed_with,
              created_at = excluded.created_at, last_step = 0
        WHERE totp_factors.enabled_at IS NULL
       RETURNING id`,
      [id, userId, box, keyId, now],
    );
    return rows.length > 0;
  }

  /** @returns false when it is on already, or another secret took its place */
  async enable(id: string, step: number, now: Date): Promise<boolean> {
    return this.changesOne(
      'UPDATE totp_factors SET enabled_at = $3, last_step = $2 WHERE id = $1 AND enabled_at IS NULL RETURNING id',
      [id, step, now],
    );
  }

  /** Uses a step up, and all before it. @returns false when somebody else did (RFC 6238 §5.2) */
  async accept(id: string, step: number, now: Date): Promise<boolean> {
    return this.changesOne(
      `UPDATE totp_factors SET last_step = $2, last_used_at = $3
        WHERE id = $1 AND enabled_at IS NOT NULL AND last_step < $2 RETURNING id`,
      [id, step, now],
    );
  }

  /** @returns false when there was none */
  async delete(userId: string): Promise<boolean> {
    return this.changesOne('DELETE FROM totp_factors WHERE user_id = $1 RETURNING id', [userId]);
  }

  private async changesOne(sql: string, values: unknown[]): Promise<boolean> {
    const [rows]: [unknown[], number] = await this.work.manager.query(sql, values);
    return rows.length > 0;
  }
}
