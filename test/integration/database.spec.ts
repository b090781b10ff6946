import { Client, type Pool } from 'pg';
import { DataSource } from 'typeorm';
import { createDataSource, dataSourceOptions, HotSql } from '#libs/database';
import { UsageLedgerRepository } from '../../src/usage/usage-ledger.repository.js';
import { createApp, type TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

/** Ends every connection of the application to the database of the URL; answers how many there were. */
async function killConnections(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name IN ('sluice', 'sluice-ledger')`,
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

describe('the connection pool', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('survives that PostgreSQL ends all its connections, and works again', async () => {
    const heard: string[] = [];
    const source = await new DataSource(
      dataSourceOptions(
        { url: database.url, poolSize: 4, statementTimeoutMs: 5_000, idleInTransactionTimeoutMs: 5_000 },
        { onIdleError: (error) => heard.push(error.message) },
      ),
    ).initialize();
    try {
      await Promise.all([1, 2, 3].map(() => source.query('SELECT pg_sleep(0.05)')));
      expect(await killConnections(database.url)).toBeGreaterThanOrEqual(3);
      await eventually(async () => expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]));
      expect(heard.length).toBeGreaterThan(0);
    } finally {
      await source.destroy();
    }
  });

  it('fails the statement whose connection is killed, and only that', async () => {
    const source = await createDataSource(database.url).initialize();
    try {
      const sleeping: Promise<unknown> = source.query('SELECT pg_sleep(5)').catch((error: unknown) => error);
      const running = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(5)'";
      await eventually(async () => expect(await source.query(running)).toEqual([{ n: 1 }]));
      await killConnections(database.url);
      expect(String(await sleeping)).toMatch(/terminat/);
      await eventually(async () => expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]));
    } finally {
      await source.destroy();
    }
  });

  it('H-21 ends a session that idles inside a transaction', async () => {
    const source = await new DataSource(
      dataSourceOptions({ url: database.url, poolSize: 2, statementTimeoutMs: 5_000, idleInTransactionTimeoutMs: 100 }),
    ).initialize();
    const runner = source.createQueryRunner();
    try {
      await runner.startTransaction();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await expect(runner.query('SELECT 1')).rejects.toThrow();
      expect(await source.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await runner.release().catch(() => undefined);
      await source.destroy();
    }
  });
});

describe('the application on its database', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: { DATABASE_POOL_SIZE: '3', DATABASE_STATEMENT_TIMEOUT_MS: '200' } });
  });
  afterAll(() => t.close());

  it('H-21 opens no more connections than DATABASE_POOL_SIZE says', async () => {
    const source = t.app.get(DataSource);
    await Promise.all(Array.from({ length: 20 }, () => source.query('SELECT pg_sleep(0.02)')));
    const { rows } = await t.db.query(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'sluice'",
    );
    expect(rows).toEqual([{ n: 3 }]);
  });

  it('H-21 ends a statement that runs longer than DATABASE_STATEMENT_TIMEOUT_MS', async () => {
    const started = performance.now();
    await expect(t.app.get(DataSource).query('SELECT pg_sleep(10)')).rejects.toMatchObject({
      driverError: { code: '57014' },
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('plans the statement of the ledger once, on connections of its own that survive their end', async () => {
    const sql = t.app.get(HotSql);
    const ledger = t.app.get(UsageLedgerRepository, { strict: false });
    const plans = {
      name: 'spec.plans',
      text: `SELECT generic_plans >= 10 AS once, custom_plans::int AS anew FROM pg_prepared_statements
              WHERE name = 'usage_ledger_append'`,
      plannedOnce: true,
    } as const;
    for (let group = 1; group <= 10; group += 1) await ledger.append([]);
    expect(await sql.query(plans, [])).toEqual([{ once: true, anew: 0 }]);
    await t.db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE datname = current_database() AND application_name = 'sluice-ledger'`);
    await eventually(() => ledger.append([]));
    expect(await sql.query(plans, [])).toEqual([{ once: false, anew: 0 }]);
  });

  it('listens to the errors of a connection also in the moment in which the pool hands it over', async () => {
    const source = t.app.get(DataSource);
    const pool = (source.driver as unknown as { master: Pool }).master;
    const listeners = await new Promise<number | undefined>((resolve) => {
      pool.connect((_error, client, release) => {
        resolve(client?.listenerCount('error'));
        release();
      });
    });
    expect(listeners).toBeGreaterThan(0);
  });

  it('goes on when PostgreSQL ends all its connections', async () => {
    await killConnections(t.databaseUrl);
    await eventually(async () => expect((await t.http.get('/readiness')).status).toBe(200));
    expect(await t.app.get(DataSource).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
