import { Injectable } from '@nestjs/common';
import { sha256 } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';

/** Every question to the table of assertions that were believed once. */
@Injectable()
export class SpentAssertionsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** @returns false when it was spent before, on whichever replica */
  async spend({ issuer, id }: { readonly issuer: string; readonly id: string }, goodUntil: Date): Promise<boolean> {
    const rows: unknown[] = await this.work.manager.query(
      `INSERT INTO saml_assertions (hash, good_until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING hash`,
      [sha256(JSON.stringify([issuer, id])), goodUntil],
    );
    return rows.length > 0;
  }

  /** @returns how many there were */
  async deleteOutdated(now: Date): Promise<number> {
    const rows: { count: number }[] = await this.work.manager.query(
      'WITH gone AS (DELETE FROM saml_assertions WHERE good_until < $1 RETURNING 1) SELECT count(*)::int AS count FROM gone',
      [now],
    );
    return rows[0]?.count ?? 0;
  }
}
