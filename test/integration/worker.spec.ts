import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource } from '#libs/database';
import { createApp, TEST_ENCRYPTION_KEY } from '../support/app.js';
import { build, runEntry } from '../support/built.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const JOB = 'remove-expired-sessions';

describe('a worker beside a process that serves', () => {
  let database: TestDatabase;
  let dataDir: string;
  beforeAll(async () => {
    await build();
    database = await createTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-worker-'));
  }, 180_000);
  afterAll(async () => {
    await database.drop();
    rmSync(dataDir, { recursive: true });
  });

  it('runs the jobs that are due, which the other leaves to it, and says what the configuration warns of', async () => {
    const source = await createDataSource(database.url).initialize();
    await source.query("INSERT INTO jobs (name, last_run_at) VALUES ($1, now() - interval '2 days')", [JOB]);
    const lastRun = async (): Promise<boolean> => {
      const rows: { recent: boolean }[] = await source.query(
        "SELECT last_run_at > now() - interval '1 hour' AS recent FROM jobs WHERE name = $1",
        [JOB],
      );
      return rows[0]?.recent === true;
    };
    try {
      const server = await createApp({ databaseUrl: database.url, environment: { RUN_JOBS: 'false' } });
      await server.close();
      expect(await lastRun()).toBe(false);
      const worker = await runEntry('worker', [], {
        environment: {
          NODE_ENV: 'development',
          DATA_DIR: dataDir,
          DATABASE_URL: database.url,
          ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
          RUN_JOBS: 'false',
          MOCK_AUTH: 'true',
        },
        stopAt: /expired sessions removed/,
      });
      expect(worker).toMatchObject({ code: 0 });
      expect(worker.stderr).toContain('The worker runs.');
      expect(worker.stdout).toMatch(/"variable":"MOCK_AUTH"/);
      expect(await lastRun()).toBe(true);
    } finally {
      await source.destroy();
    }
  }, 60_000);
});
