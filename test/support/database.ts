import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres, runMigrations } from '#libs/database';
import { migrations } from '../../migrations/index.js';

/** A database of its own for one test file, migrated and empty. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** The server of one test run; the tests find it through the environment that Jest's workers inherit. */
export interface TestServer {
  stop(): Promise<void>;
}

const SERVER_VARIABLE = 'SLUICE_TEST_SERVER';
const TEMPLATE_VARIABLE = 'SLUICE_TEST_TEMPLATE';
const FOLDER_PREFIX = 'sluice-test-pg-';
const DATABASE_PREFIX = 'sluice_test_';
const MEMORY_FOLDER = '/dev/shm';
const MEMORY_NEEDED_BYTES = 1_000_000_000;
/** On a server that is not ours, older databases than this belong to runs that were killed. */
const LEFTOVER_AGE_MS = 24 * 3_600_000;

/** Starts a throw-away PostgreSQL, or takes the one of TEST_DATABASE_URL, and makes the migrated template. */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  const server = given ? await externalServer(given) : await throwawayServer();
  const template = databaseName('template');
  process.env[SERVER_VARIABLE] = server.url;
  process.env[TEMPLATE_VARIABLE] = template;
  try {
    await execute(server.url, `CREATE DATABASE ${template}`);
    await runMigrations(withDatabase(server.url, template), migrations);
    // An open connection would make every copy fail.
    await execute(server.url, `ALTER DATABASE ${template} WITH ALLOW_CONNECTIONS false`);
    return {
      stop: async () => {
        if (given) await execute(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Copies the migrated template. Drop it in `afterAll`; what is forgotten goes with the server. */
export function createTestDatabase(): Promise<TestDatabase> {
  return create(`TEMPLATE ${environment(TEMPLATE_VARIABLE)} STRATEGY file_copy`);
}

/** A database without any schema, for tests of the migrations themselves. */
export function createEmptyDatabase(): Promise<TestDatabase> {
  return create('STRATEGY file_copy');
}

async function create(options: string): Promise<TestDatabase> {
  const server = environment(SERVER_VARIABLE);
  const name = databaseName('db');
  await execute(server, `CREATE DATABASE ${name} ${options}`);
  return {
    url: withDatabase(server, name),
    drop: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

async function throwawayServer(): Promise<TestServer & { url: string }> {
  await sweepFolders();
  const folder = await mkdtemp(join(await fastFolder(), `${FOLDER_PREFIX}${process.pid}-`));
  const postgres = await EmbeddedPostgres.start({ dataDir: join(folder, 'postgres'), throwaway: true });
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function externalServer(url: string): Promise<TestServer & { url: string }> {
  for (const name of await databaseNames(url)) {
    const madeAt = Number(name.slice(DATABASE_PREFIX.length).split('_')[1]);
    if (Date.now() - madeAt > LEFTOVER_AGE_MS) await execute(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
  return { url, stop: () => Promise.resolve() };
}

/** Memory is an order of magnitude faster for the thousand small files of a database; containers often have little. */
async function fastFolder(): Promise<string> {
  const space = await statfs(MEMORY_FOLDER).catch(() => undefined);
  return space && space.bavail * space.bsize > MEMORY_NEEDED_BYTES ? MEMORY_FOLDER : tmpdir();
}

/** Removes the folders of runs whose process is gone; their servers stopped with them. */
async function sweepFolders(): Promise<void> {
  for (const place of new Set([MEMORY_FOLDER, tmpdir()])) {
    const entries = existsSync(place) ? await readdir(place) : [];
    for (const entry of entries.filter((name) => name.startsWith(FOLDER_PREFIX))) {
      const pid = Number(entry.slice(FOLDER_PREFIX.length).split('-')[0]);
      // Another user's folder cannot be removed, and need not be.
      if (!isAlive(pid)) await rm(join(place, entry), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

function databaseName(kind: string): string {
  return `${DATABASE_PREFIX}${kind}_${Date.now()}_${randomBytes(4).toString('hex')}`;
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run the tests through Jest with its global set-up.`);
  return value;
}

async function databaseNames(url: string): Promise<string[]> {
  const { rows } = await query<{ datname: string }>(
    url,
    `SELECT datname FROM pg_database WHERE datname ^@ '${DATABASE_PREFIX}'`,
  );
  return rows.map(({ datname }) => datname);
}

async function execute(url: string, statement: string): Promise<void> {
  await query(url, statement);
}

async function query<Row extends object>(url: string, statement: string): Promise<{ rows: Row[] }> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query<Row>(statement);
  } finally {
    await client.end();
  }
}
