import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';

/** What is known of the failures of one subject in a row. */
export interface Failures {
  readonly count: number;
  /** Null while it is not locked, or locked for good. */
  readonly lockedUntil: Date | null;
  readonly isFinal: boolean;
}

const COLUMNS = 'failures AS count, locked_until AS "lockedUntil", is_final AS "isFinal"';

/**
 * Counts of wrong passwords, by a keyed hash of what was tried: the table tells nobody which addresses have an account.
 * A subject is given as all the hashes that it may stand under, the present one first.
 */
@Injectable()
export class SignInFailuresRepository {
  constructor(private readonly work: UnitOfWork) {}

  async find(subject: readonly Buffer[]): Promise<Failures | undefined> {
    return this.first(`SELECT ${COLUMNS} FROM sign_in_failures WHERE subject = ANY($1)`, [subject]);
  }

  /** Within a transaction: what becomes of it is decided by one after the other. */
  async findLocked(subject: readonly Buffer[]): Promise<Failures | undefined> {
    return this.first(`SELECT ${COLUMNS} FROM sign_in_failures WHERE subject = ANY($1) FOR UPDATE`, [subject]);
  }

  /** The same of a subject that may be new. */
  async begin(subject: readonly Buffer[], now: Date): Promise<Failures> {
    await this.work.manager.query(
      `INSERT INTO sign_in_failures (subject, failures, failed_at)
       SELECT ($1::bytea[])[1], 0, $2::timestamptz
        WHERE NOT EXISTS (SELECT FROM sign_in_failures WHERE subject = ANY($1))
       ON CONFLICT DO NOTHING`,
      [subject, now],
    );
    return (await this.findLocked(subject)) ?? { count: 0, lockedUntil: null, isFinal: false };
  }

  async set(subject: readonly Buffer[], { count, lockedUntil, isFinal }: Failures, now: Date): Promise<void> {
    await this.work.manager.query(
      `UPDATE sign_in_failures SET failures = $2, locked_until = $3, is_final = $4, failed_at = $5
        WHERE subject = ANY($1)`,
      [subject, count, lockedUntil, isFinal, now],
    );
  }

  /** @returns false when there was nothing */
  async forget(subject: readonly Buffer[]): Promise<boolean> {
    const sql = 'DELETE FROM sign_in_failures WHERE subject = ANY($1) RETURNING 1';
    const [rows]: [unknown[], number] = await this.work.manager.query(sql, [subject]);
    return rows.length > 0;
  }

  /**
   * Forgets what nobody failed at since then, and beyond so many rows what is oldest. What is locked for good stays
   * for as long as there is room.
   *
   * @returns how many were forgotten
   */
  async prune(before: Date, most: number): Promise<number> {
    const rows: { pruned: string }[] = await this.work.manager.query(
      `WITH gone AS (
         DELETE FROM sign_in_failures
          WHERE (failed_at < $1 AND NOT is_final)
             OR subject IN (SELECT subject FROM sign_in_failures ORDER BY is_final DESC, failed_at DESC OFFSET $2)
         RETURNING 1
       ) SELECT count(*) AS pruned FROM gone`,
      [before, most],
    );
    return Number(rows[0]?.pruned ?? 0);
  }

  private async first(sql: string, values: unknown[]): Promise<Failures | undefined> {
    const rows: Failures[] = await this.work.manager.query(sql, values);
    return rows[0];
  }
}
