import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgres, EmbeddedPostgresError } from '#libs/database';

/** Runs the supervisor in a process of its own, which can be killed. Prints the connection string when ready. */
const OWNER = join(__dirname, '..', 'support', 'postgres-owner.mjs');

describe('the embedded PostgreSQL', () => {
  let folder: string;
  let dataDir: string;
  const running: EmbeddedPostgres[] = [];
  const owners: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sluice-embedded-'));
    dataDir = join(folder, 'postgres');
  });

  afterEach(async () => {
    for (const owner of owners.splice(0)) await kill(owner);
    for (const postgres of running.splice(0)) await postgres.stop();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start(directory = dataDir): Promise<EmbeddedPostgres> {
    const postgres = await EmbeddedPostgres.start({ dataDir: directory });
    running.push(postgres);
    return postgres;
  }

  async function startOwner(): Promise<{ url: string; owner: ChildProcess }> {
    const owner = spawn(
      process.execPath,
      ['--experimental-transform-types', '--disable-warning=ExperimentalWarning', OWNER, dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    owners.push(owner);
    const [url] = (await once(owner.stdout, 'data')) as [Buffer];
    return { url: url.toString().trim(), owner };
  }

  async function kill(owner: ChildProcess): Promise<void> {
    if (owner.exitCode !== null || owner.signalCode !== null) return;
    owner.kill('SIGKILL');
    await once(owner, 'exit');
  }

  async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  async function postmasterPid(): Promise<number> {
    return Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  }

  async function eventually<T>(attempt: () => Promise<T>, limitMs: number): Promise<T> {
    for (const started = performance.now(); ; await delay(20)) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() - started > limitMs) throw error;
      }
    }
  }

  const rows = 'SELECT count(*)::int AS rows FROM kept';

  it('makes a UTF-8 database behind a password on the loopback address', async () => {
    const { url } = await start();
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const [facts] = await query(
      url,
      `SELECT current_setting('server_encoding') AS encoding, lower('ÄÉЖ') AS lower, current_setting('TimeZone') AS zone,
              current_setting('listen_addresses') AS listens`,
    );
    expect(facts).toEqual({ encoding: 'UTF8', lower: 'äéж', zone: 'UTC', listens: '127.0.0.1' });
    const socketFolder = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[4];
    expect(socketFolder).toBe('');
    expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
    const stranger = new URL(url);
    stranger.password = 'guessed';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS id');
  });

  it('lets the process own its database, and nothing of the server', async () => {
    const { url } = await start();
    const [role] = await query(
      url,
      'SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user',
    );
    expect(role).toEqual({ rolsuper: false, rolcreaterole: false, rolcreatedb: false });
    // What would let a trigger, or the file system, be got round.
    await expect(query(url, 'SET session_replication_role = replica')).rejects.toThrow('permission denied');
    await expect(query(url, "COPY kept TO PROGRAM 'cat'")).rejects.toThrow('permission denied');
    const superuser = new URL(url);
    superuser.username = 'postgres';
    await expect(query(superuser.href, 'SELECT 1')).rejects.toThrow('no pg_hba.conf entry');
  });

  it('keeps its data and its address over a restart, and leaves nothing running', async () => {
    const first = await start();
    await first.stop();
    expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false);
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, rows)).toEqual([{ rows: 1 }]);
  });

  it('comes back at the same address within 3 s after its server is killed', async () => {
    const { url } = await start();
    await query(url, 'INSERT INTO kept VALUES (2)');
    const killed = await postmasterPid();
    process.kill(killed, 'SIGKILL');
    await eventually(async () => expect(await postmasterPid()).not.toBe(killed), 3_000);
    expect(await eventually(() => query(url, rows), 3_000)).toEqual([{ rows: 2 }]);
  });

  it('stops its server when its process is killed, and the next start has all data', async () => {
    const { url, owner } = await startOwner();
    await query(url, 'INSERT INTO kept VALUES (3)');
    const pid = await postmasterPid();
    await kill(owner);
    const next = await start();
    expect(await query(next.url, rows)).toEqual([{ rows: 3 }]);
    expect(await postmasterPid()).not.toBe(pid);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('recovers when its process and its server are killed together', async () => {
    const { url, owner } = await startOwner();
    await query(url, 'INSERT INTO kept VALUES (4)');
    process.kill(await postmasterPid(), 'SIGKILL');
    await kill(owner);
    const next = await start();
    expect(await query(next.url, rows)).toEqual([{ rows: 4 }]);
  });

  it('is not misled by the pid file of a process that got the same number', async () => {
    await writeFile(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n0\n5432\n\n127.0.0.1\n\nready   \n`);
    const { url } = await start();
    expect(await query(url, rows)).toEqual([{ rows: 4 }]);
  });

  it('shares a running server, does not stop it, and takes over when its owner is killed', async () => {
    const { url, owner } = await startOwner();
    const guest = await start();
    expect(guest.url).toBe(url);
    await guest.stop();
    expect(await query(url, rows)).toEqual([{ rows: 4 }]);

    const heir = await start();
    const pid = await postmasterPid();
    await kill(owner);
    await eventually(async () => expect(await postmasterPid()).not.toBe(pid), 3_000);
    expect(await eventually(() => query(heir.url, rows), 3_000)).toEqual([{ rows: 4 }]);
  });

  it('makes a new password when the file is gone', async () => {
    const before = await readFile(`${dataDir}.password`, 'utf8');
    await rm(`${dataDir}.password`);
    const { url } = await start();
    expect(new URL(url).password).not.toBe(before.trim());
    expect(await query(url, rows)).toEqual([{ rows: 4 }]);
  });

  it('survives two first starts at once and leaves no draft behind', async () => {
    const fresh = join(folder, 'twice', 'postgres');
    const [one, two] = await Promise.all([start(fresh), start(fresh)]);
    expect(one.url).toBe(two.url);
    expect(await query(two.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(join(folder, 'twice'))).toSorted()).toEqual([
      'postgres',
      'postgres.log',
      'postgres.password',
    ]);
  });

  describe('says in one sentence what to do and changes nothing', () => {
    async function refusal(directory: string): Promise<string> {
      const error: unknown = await start(directory).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(EmbeddedPostgresError);
      return error instanceof Error ? error.message : '';
    }

    it('when the data folder is no data folder', async () => {
      const strange = join(folder, 'strange');
      await mkdir(strange);
      await writeFile(join(strange, 'letter.txt'), 'keep me');
      // Root hands PostgreSQL to another account; the folder must be that account's to get this far.
      const { uid, gid } = await stat(dataDir);
      await chown(strange, uid, gid);
      expect(await refusal(strange)).toMatch(/damaged or no PostgreSQL data folder.*move it away/);
      expect(await readFile(join(strange, 'letter.txt'), 'utf8')).toBe('keep me');
    });

    it('when another version wrote the data folder', async () => {
      const version = join(dataDir, 'PG_VERSION');
      await writeFile(version, '17\n');
      expect(await refusal(dataDir)).toMatch(/written by PostgreSQL 17 and this Sluice brings 18.*DATABASE_URL/);
      await writeFile(version, '18\n');
    });

    it('when a file is where the folder should be', async () => {
      await writeFile(join(folder, 'file'), '');
      expect(await refusal(join(folder, 'file'))).toMatch(/a file is in its way/);
      expect(await refusal(join(folder, 'file', 'postgres'))).toMatch(/a file is in its way/);
    });

    it('when the place cannot be written to', async () => {
      // Root may write everywhere but into what the kernel itself shows.
      const locked = process.getuid?.() === 0 ? '/sys' : join(folder, 'locked');
      if (locked !== '/sys') {
        await mkdir(locked);
        await chmod(locked, 0o500);
      }
      expect(await refusal(join(locked, 'sluice', 'postgres'))).toMatch(/^Cannot write to .*DATA_DIR/);
    });

    it('when the data is damaged', async () => {
      const control = join(dataDir, 'global', 'pg_control');
      const content = await readFile(control);
      await truncate(control, 100);
      expect(await refusal(dataDir)).toMatch(/cannot open .* nothing was changed: restore that folder from a backup/);
      await writeFile(control, content);
      const { url } = await start();
      expect(await query(url, rows)).toEqual([{ rows: 4 }]);
    });
  });
});
