import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('a test database', () => {
  const databases: TestDatabase[] = [];
  afterAll(() => Promise.all(databases.map((database) => database.drop())));

  async function create(): Promise<TestDatabase> {
    const database = await createTestDatabase();
    databases.push(database);
    return database;
  }

  async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  it('is migrated and shares nothing with the others', async () => {
    const [one, two] = await Promise.all([create(), create()]);
    await query(one.url, 'CREATE TABLE only_here (id int)');
    const tables = `SELECT to_regclass('only_here') IS NOT NULL AS here, to_regclass('users') IS NOT NULL AS users`;
    expect(await query(one.url, tables)).toEqual([{ here: true, users: true }]);
    expect(await query(two.url, tables)).toEqual([{ here: false, users: true }]);
  });

  it('is gone after its drop, even while someone is connected', async () => {
    const database = await create();
    const client = new Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    await database.drop();
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow('does not exist');
    await client.end().catch(() => undefined);
  });

  it('takes tens of milliseconds', async () => {
    const started = performance.now();
    for (let count = 0; count < 5; count += 1) await create();
    expect((performance.now() - started) / 5).toBeLessThan(250);
  });
});
