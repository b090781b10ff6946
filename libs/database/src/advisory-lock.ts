import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** The first half of PostgreSQL's two-part advisory lock key: one number for each purpose. */
export const ADVISORY_LOCKS = {
  migrations: 7_001,
  jobs: 7_002,
  registration: 7_003,
} as const;

/** Lets one process of many do a thing: PostgreSQL forgets the lock when its holder's connection ends. */
@Injectable()
export class AdvisoryLocks {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs the work if nobody else is at it.
   *
   * @returns whether it ran
   */
  async tryRun(purpose: number, key: string, work: () => Promise<void>): Promise<boolean> {
    const connection = this.dataSource.createQueryRunner();
    try {
      const rows = (await connection.query('SELECT pg_try_advisory_lock($1, hashtext($2)) AS held', [
        purpose,
        key,
      ])) as { held: boolean }[];
      if (!rows[0]?.held) return false;
      try {
        await work();
      } finally {
        await connection.query('SELECT pg_advisory_unlock($1, hashtext($2))', [purpose, key]);
      }
      return true;
    } finally {
      await connection.release();
    }
  }
}
