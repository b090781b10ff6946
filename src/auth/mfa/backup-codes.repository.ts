import { Injectable } from '@nestjs/common';
import { newId } from '#libs/kernel';
import { UnitOfWork } from '#libs/database';

/** Every question to the table of backup codes. */
@Injectable()
export class BackupCodesRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Within a transaction: nobody finds themselves without codes. */
  async replaceAll(userId: string, hashes: readonly Buffer[], now: Date): Promise<void> {
    await this.deleteAll(userId);
    await this.work.manager.query(
      `INSERT INTO backup_codes (id, user_id, code_hash, created_at)
       SELECT id, $1, code_hash, $4 FROM unnest($2::uuid[], $3::bytea[]) AS made (id, code_hash)`,
      [userId, hashes.map(() => newId()), hashes, now],
    );
  }

  /** @returns false when there is no such code, or somebody has used it */
  async use(userId: string, hashes: readonly Buffer[], now: Date): Promise<boolean> {
    const [rows]: [unknown[], number] = await this.work.manager.query(
      `UPDATE backup_codes SET used_at = $3
        WHERE user_id = $1 AND code_hash = ANY($2) AND used_at IS NULL RETURNING id`,
      [userId, hashes, now],
    );
    return rows.length > 0;
  }

  async countLeft(userId: string): Promise<number> {
    const rows: { left: number }[] = await this.work.manager.query(
      'SELECT count(*)::int AS left FROM backup_codes WHERE user_id = $1 AND used_at IS NULL',
      [userId],
    );
    return rows[0]?.left ?? 0;
  }

  async deleteAll(userId: string): Promise<void> {
    await this.work.manager.query('DELETE FROM backup_codes WHERE user_id = $1', [userId]);
  }
}
