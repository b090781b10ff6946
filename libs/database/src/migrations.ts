import type { DataSource } from 'typeorm';
import { ADVISORY_LOCKS } from './advisory-lock.js';
import { createDataSource, type MigrationClass } from './data-source.js';

export interface MigrationState {
  readonly name: string;
  readonly applied: boolean;
}

/** Runs the work while holding the lock that lets one process at a time change the schema. */
async function withSchemaLock<T>(
  url: string,
  migrations: MigrationClass[],
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  // A big table may take minutes to change, and waiting for another process that changes it takes as long.
  const settings = { statementTimeoutMs: 0 };
  const dataSource = await createDataSource(url, { migrations, settings }).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1, 0)', [ADVISORY_LOCKS.migrations]);
    return await work(dataSource);
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1, 0)', [ADVISORY_LOCKS.migrations]).catch(() => undefined);
    await lock.release();
    await dataSource.destroy();
  }
}

/**
 * Brings the schema up to date. Any number of processes may call this at once: one migrates, the others wait.
 *
 * @returns the names of the migrations that ran
 */
export async function runMigrations(url: string, migrations: MigrationClass[]): Promise<string[]> {
  return withSchemaLock(url, migrations, async (dataSource) => {
    const done = await dataSource.runMigrations({ transaction: 'each' });
    return done.map(({ name }) => name);
  });
}

/**
 * Takes the newest migrations back, one transaction each.
 *
 * @returns the names of the migrations that were taken back, newest first
 */
export async function revertMigrations(url: string, migrations: MigrationClass[], steps = 1): Promise<string[]> {
  return withSchemaLock(url, migrations, async (dataSource) => {
    const reverted: string[] = [];
    for (let step = 0; step < steps; step += 1) {
      const newest = (await appliedMigrations(dataSource)).at(-1);
      if (newest === undefined) break;
      await dataSource.undoLastMigration({ transaction: 'each' });
      reverted.push(newest);
    }
    return reverted;
  });
}

/** Every known migration in order, and whether this database has it. */
export async function migrationStates(url: string, migrations: MigrationClass[]): Promise<MigrationState[]> {
  const dataSource = await createDataSource(url, { migrations }).initialize();
  try {
    const applied = new Set(await appliedMigrations(dataSource));
    return dataSource.migrations.map(({ name, constructor }) => {
      const known = name ?? constructor.name;
      return { name: known, applied: applied.has(known) };
    });
  } finally {
    await dataSource.destroy();
  }
}

async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const [{ present }] = (await dataSource.query("SELECT to_regclass('schema_migrations') IS NOT NULL AS present")) as [
    { present: boolean },
  ];
  if (!present) return [];
  const rows: { name: string }[] = await dataSource.query('SELECT name FROM schema_migrations ORDER BY id');
  return rows.map(({ name }) => name);
}
