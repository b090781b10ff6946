import type { Pool } from 'pg';
import { eventually } from './eventually.js';

const LOCK = 4711;
let barriers = 0;

/** A statement at which transactions stop for as long as a race is on. */
export class Barrier {
  private readonly number = (barriers += 1);

  private constructor(private readonly db: Pool) {}

  /** @param when what comes between CREATE TRIGGER and EXECUTE: `BEFORE INSERT ON things FOR EACH ROW` */
  static async at(db: Pool, when: string): Promise<Barrier> {
    const barrier = new Barrier(db);
    const name = `barrier_${barrier.number}`;
    await db.query(`
      CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}, ${barrier.number}); RETURN NEW; END $$;
      CREATE TRIGGER ${name} ${when} EXECUTE FUNCTION ${name}()`);
    return barrier;
  }

  /** Starts the second once the first stands at the barrier, and lets both go when the second is over or waits too. */
  async race<First, Second>(first: () => Promise<First>, second: () => Promise<Second>): Promise<[First, Second]> {
    const holder = await this.db.connect();
    try {
      await holder.query('SELECT pg_advisory_lock($1, $2)', [LOCK, this.number]);
      const one = first();
      await eventually(() => this.mustWait(1));
      let isOver = false;
      const two = second().finally(() => (isOver = true));
      await eventually(() => (isOver ? undefined : this.mustWait(2)));
      await holder.query('SELECT pg_advisory_unlock_all()');
      return await Promise.all([one, two]);
    } finally {
      holder.release();
    }
  }

  private async mustWait(transactions: number): Promise<void> {
    const { rows } = await this.db.query(
      'SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0',
    );
    if (rows.length < transactions) throw new Error(`${rows.length} of ${transactions} transactions wait.`);
  }
}
