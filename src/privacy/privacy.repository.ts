import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** What the house notes of exports and deletions. */
@Injectable()
export class PrivacyRepository {
  constructor(private readonly work: UnitOfWork) {}

  /**
   * Of several at once, one succeeds.
   *
   * @param since whoever had one after this gets none
   * @returns when the last one was, if that is too short a time ago
   */
  async noteExport(id: string, userId: string, at: Date, since: Date): Promise<Date | undefined> {
    const noted: unknown[] = await this.work.manager.query(
      `INSERT INTO data_exports AS e (id, user_id, exported_at) VALUES ($1, $2, $3)
       ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, exported_at = excluded.exported_at
         WHERE e.exported_at <= $4 RETURNING id`,
      [id, userId, at, since],
    );
    if (noted.length > 0) return undefined;
    const rows: { at: Date }[] = await this.work.manager.query(
      'SELECT exported_at AS at FROM data_exports WHERE user_id = $1',
      [userId],
    );
    return rows[0]?.at ?? at;
  }

  async noteDeletion(id: string, userId: string, at: Date): Promise<void> {
    await this.work.manager.query('INSERT INTO account_deletions (id, user_id, deleted_at) VALUES ($1, $2, $3)', [
      id,
      userId,
      at,
    ]);
  }
}
