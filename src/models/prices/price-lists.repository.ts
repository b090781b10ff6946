import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** Keeps the last price list that was good. */
@Injectable()
export class PriceListsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /**
   * Keeps a list unless one of a later day is kept, so that replicas of different versions do not take turns.
   *
   * @returns whether it is another one than before
   */
  async keep(updated: string, digest: Buffer, text: string): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `INSERT INTO price_lists AS kept (updated, digest, content) VALUES ($1, $2, $3)
       ON CONFLICT (only_row) DO UPDATE
          SET updated = excluded.updated, digest = excluded.digest, content = excluded.content, accepted_at = now()
        WHERE kept.digest <> excluded.digest AND kept.updated <= excluded.updated
       RETURNING 1`,
      [updated, digest, text],
    );
    return rows.length > 0;
  }

  async find(): Promise<string | undefined> {
    const rows: { content: string }[] = await this.work.manager.query('SELECT content FROM price_lists');
    return rows[0]?.content;
  }
}
