import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, TEST_ENCRYPTION_KEY } from '../support/app.js';
import { build, type Ended, runEntry } from '../support/built.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';
import { rowCountsOf } from '../support/schema.js';

const SYSTEM_USER_ID = '00000000-0000-0000-0000-000000000001';
const SYSTEM_EMAIL = 'system@sluice.internal';

describe('npm run db:seed', () => {
  let folder: string;
  let database: TestDatabase;
  let first: Ended;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-seed-'));
    database = await createEmptyDatabase();
    await build();
    first = await seed();
  }, 180_000);
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const seed = (environment: Record<string, string> = {}): Promise<Ended> =>
    runEntry('seed', [], {
      environment: {
        NODE_ENV: 'test',
        DATA_DIR: folder,
        DATABASE_URL: database.url,
        ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
        ...environment,
      },
      cwd: folder,
    });

  it('H-15 fills an empty database with the rows that the product refers to', async () => {
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 0, stdout: '' });
    const counts = await rowCountsOf(database.url);
    expect(counts).toMatchObject({ users: 1, teams: 1 });
    expect(counts['schema_migrations']).toBeGreaterThan(5);
  });

  it('H-15 changes nothing when it is run again, nor when it is run twice at once', async () => {
    const before = await rowCountsOf(database.url);
    expect((await seed()).code).toBe(0);
    expect(await rowCountsOf(database.url)).toEqual(before);
    expect((await Promise.all([seed(), seed()])).map(({ code }) => code)).toEqual([0, 0]);
    expect(await rowCountsOf(database.url)).toEqual(before);
  });

  it('does not start with an encryption key that opens nothing, and names the variable', async () => {
    const { code, stderr } = await seed({ ENCRYPTION_KEY: 'another-Zp1Hc8Nd3Sf5Yj0Vb7Qx2Lm9Kt4' });
    expect(code).toBe(78);
    expect(stderr).toMatch(/^ {2}ENCRYPTION_KEY is not the one that this database was used with/m);
  });

  it('H-15 leaves the system user inactive, and nobody can sign in as it', async () => {
    const t = await createApp({ databaseUrl: database.url });
    try {
      const { rows } = await t.db.query<{ status: string; password_hash: string | null }>(
        'SELECT status, password_hash FROM users WHERE id = $1',
        [SYSTEM_USER_ID],
      );
      expect(rows).toMatchObject([{ status: 'inactive', password_hash: null }]);
      for (const password of ['', 'system', 'null', 'Correct-Horse-7-Battery']) {
        const { status } = await t.http.post('/api/auth/login', { email: SYSTEM_EMAIL, password });
        expect([400, 401]).toContain(status);
      }
      const taken = await t.http.post('/api/auth/register', {
        email: SYSTEM_EMAIL,
        name: 'System',
        password: 'Correct-Horse-7-Battery',
      });
      expect([400, 409]).toContain(taken.status);
      const person = await t.http.post<{ data: { role: string } }>('/api/auth/register', {
        email: 'ada@example.com',
        name: 'Ada',
        password: 'Correct-Horse-7-Battery',
      });
      expect(person.body.data.role).toBe('admin');
    } finally {
      await t.close();
    }
  });

  it('H-15 says in a sentence that the database is away', async () => {
    const environment = { NODE_ENV: 'test', DATA_DIR: folder, DATABASE_URL: 'postgres://me:geheim@127.0.0.1:9/x' };
    const { code, stderr } = await runEntry('seed', [], { environment, cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1:9');
    expect(stderr).not.toMatch(/geheim| {4}at /);
  });
});
