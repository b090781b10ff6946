import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import { NODE_FLAGS } from '../../scripts/lib/node.mjs';
import type { TestApp } from '../support/app.js';
import { build } from '../support/built.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { GIVEN_PASSWORD, type GivenUser } from '../support/given/users.js';
import { TestHttp } from '../support/http.js';

const ROOT = resolve(__dirname, '../..');
const AT_A_TIME = 25;
/** Fewer than one key may have open at once. */
const GROUP = 100;
/** Enough for pools, caches and compiled code to be what they stay. */
const WARM_UP = 300;
const STREAMS = 1_000;
/** A call that is kept takes more than this; what code and caches take less. */
const HEAP_PER_STREAM = 2_048;
/** Node's second for the Date header and undici's tick, which keep nothing alive, are over this long after a call. */
const QUIET_MS = 1_500;
const BODY = JSON.stringify({ model: 'm1', stream: true, messages: [{ role: 'user', content: 'Hello' }] });

interface Measured {
  readonly timers: number;
  readonly handles: number;
  readonly listeners: number;
  readonly heapBytes: number;
}

/** Through the front door: the process has keys of its own, with which nobody else could seal an address. */
async function registered(http: TestHttp): Promise<GivenUser> {
  const [email, name, password] = ['ada@example.com', 'Ada', GIVEN_PASSWORD];
  const made = await http.post<{ data: { id: string; role: string } }>('/api/auth/register', { email, name, password });
  const { id, role } = made.body.data;
  const session = await http.post<{ data: { accessToken: string } }>('/api/auth/login', { email, password });
  const token = session.body.data.accessToken;
  return { id, email, name, role, password, token, http: http.bearer(token) };
}

describe('a process after streams whose callers hung up', () => {
  let up: FakeUpstream;
  let database: TestDatabase;
  let dataDir: string;
  let child: ChildProcess;
  let stderr = '';
  let db: Pool;
  let url: string;

  beforeAll(async () => {
    await build();
    up = (await FakeUpstream.start()).models(['m1']);
    up.always({ pauseAfterChunks: 1 });
    database = await createTestDatabase();
    db = new Pool({ connectionString: database.url, max: 2 });
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-leaks-'));
    const probe = resolve(ROOT, 'test/support/leak-probe.mjs');
    const entry = resolve(ROOT, 'dist/src/main.js');
    child = spawn(process.execPath, [...NODE_FLAGS, '--expose-gc', '--import', probe, entry], {
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'test',
        PORT: '0',
        DATA_DIR: dataDir,
        DATABASE_URL: database.url,
        LITELLM_API_URL: up.url,
        PASSWORD_HASH_MEMORY_KIB: '1024',
        LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    url = await eventually(() => {
      const [, address] = /serves at (\S+)/.exec(stderr) ?? [];
      if (address === undefined) throw new Error(`It does not serve:\n${stderr}`);
      return address;
    }, 30_000);
  }, 180_000);
  afterAll(async () => {
    child.kill('SIGKILL');
    await db.end();
    await database.drop();
    await up.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const ask = async <T>(question: string): Promise<T> => {
    const answered = once(child, 'message');
    child.send(question);
    return ((await answered) as [T])[0];
  };
  const measure = (): Promise<Measured> => ask('measure');
  /** Hangs up as soon as the answer has begun. */
  const abortOne = (key: string, agent: Agent): Promise<void> =>
    new Promise((done, fail) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const call = request(`${url}/v1/chat/completions`, { method: 'POST', headers, agent });
      call.on('error', () => undefined);
      call.on('close', () => done());
      call.on('response', (response) => {
        response.on('error', () => undefined);
        response.once('data', (chunk: Buffer) => {
          if (response.statusCode !== 200) fail(new Error(`${String(response.statusCode)}: ${chunk.toString()}`));
          call.destroy();
        });
      });
      call.end(BODY);
    });
  let aborted = 0;
  const settled = (): Promise<void> =>
    eventually(async () => {
      const { rows } = await db.query('SELECT status, count(*)::int AS calls FROM usage_events GROUP BY status');
      expect(rows).toEqual([{ status: 'aborted', calls: aborted }]);
      up.requests.length = 0;
    }, 20_000);
  /** In groups: whoever hangs up faster than is settled has too many calls open in the end, and is refused. */
  const abort = async (key: string, streams: number): Promise<void> => {
    const agent = new Agent();
    for (let done = 0; done < streams; done += GROUP) {
      let left = GROUP;
      const caller = async (): Promise<void> => {
        while (left-- > 0) await abortOne(key, agent);
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, caller));
      aborted += GROUP;
      await settled();
    }
    agent.destroy();
  };

  it('collects what has become old long before it is three times what lives', async () => {
    expect(await ask<number>('litter')).toBeLessThan(2.5);
  }, 60_000);

  it('H-11 has its handles, listeners, timers and heap back, and no timer once it has ended', async () => {
    const house = { db, http: new TestHttp(url) } as unknown as TestApp;
    const user = await registered(house.http);
    await givenSubscription(house, user, 'm1');
    const made = await user.http.post<{ data: { key: string } }>('/api/v1/api-keys', {
      name: 'a key',
      modelIds: ['m1'],
    });
    const { key } = made.body.data;
    await abort(key, WARM_UP);
    const before = await measure();
    await abort(key, STREAMS);
    await eventually(async () => {
      const after = await measure();
      expect(after.handles).toBeLessThanOrEqual(before.handles + 10);
      expect(after.timers).toBeLessThanOrEqual(before.timers + 10);
      // Ten connections more have some two hundred; a stream that leaves one behind would have a thousand.
      expect(after.listeners).toBeLessThanOrEqual(before.listeners + STREAMS / 2);
      expect(after.heapBytes - before.heapBytes).toBeLessThan(STREAMS * HEAP_PER_STREAM);
    });
    await delay(QUIET_MS);
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    const [, left = ''] = /left: (.*)/.exec(stderr) ?? [];
    expect((JSON.parse(left) as Record<string, number>)['Timeout'] ?? 0).toBe(0);
  }, 60_000);
});
