import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Pool } from 'pg';
import { loadConfig } from '#libs/config';
import { createLogger, Redactor } from '#libs/observability';
import { createApplication } from '../../src/app.setup.js';
import { createTestDatabase } from './database.js';
import { FakeClock } from './fake-clock.js';
import { TestHttp } from './http.js';

/** Applications on one database are replicas, and these share it. */
export const TEST_ENCRYPTION_KEY = 'Vb7Qx2Lm9Kt4Rw6Zp1Hc8Nd3Sf5Yj0Ga-Te';

export interface TestAppOptions {
  /** More or other variables of the environment; undefined takes one away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Use this database, which the caller made and drops, instead of a fresh one. */
  readonly databaseUrl?: string;
}

/** The real application, on the production set-up, with a database of its own. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly databaseUrl: string;
  /** Straight to the database, past the application. */
  readonly db: Pool;
  readonly http: TestHttp;
  readonly clock: FakeClock;
  readonly dataDir: string;
  /** Every line that was logged. */
  readonly logs: string[];
  close(): Promise<void>;
}

/** Starts the application on a free port. Close it in `afterAll`. */
export async function createApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-test-data-'));
  const config = loadConfig({
    NODE_ENV: 'test',
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    PORT: '0',
    ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
    // A tenth of a second for every password would be most of the time of many tests.
    PASSWORD_HASH_MEMORY_KIB: '1024',
    // A file of tests is faster than any caller.
    AUTH_NETWORK_RATE_MAX: '100000',
    BAN_NETWORK_POINTS: '0',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '100000',
    RATE_LIMIT_USER_PER_MINUTE: '100000',
    RATE_LIMIT_API_KEY_PER_MINUTE: '1000000',
    ...options.environment,
  });
  const logs: string[] = [];
  const redactor = new Redactor();
  redactor.register(config.secrets());
  const sink = new Writable({
    write: (line: Buffer, _encoding, done) => {
      logs.push(line.toString());
      done();
    },
  });
  const clock = new FakeClock();
  const app = await createApplication({
    config,
    redactor,
    clock,
    logger: createLogger(config.redacted()['LOG_LEVEL'] as string, redactor, sink),
  });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const db = new Pool({ connectionString: databaseUrl, max: 4 });
  // Dropping the database may end a connection that is just closing; the pool must not fail the next test for it.
  db.on('error', () => undefined);
  return {
    app,
    url,
    databaseUrl,
    db,
    http: new TestHttp(url),
    clock,
    dataDir,
    logs,
    close: async () => {
      await app.close();
      await db.end();
      await database?.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
