import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { NODE_FLAGS } from '../../scripts/lib/node.mjs';
import { build } from '../support/built.js';
import { createTestDatabase } from '../support/database.js';
import { deferred } from '../support/deferred.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';

const ROOT = resolve(__dirname, '../..');
const MAIN = resolve(ROOT, 'dist/src/main.js');

/** `npm start` as a process: what it wrote, and how it ended. */
class Started {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | null>;

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = once(child, 'close').then(([code]) => code as number | null);
  }

  /** The address, once it serves. */
  async url(): Promise<string> {
    const [, url = ''] = await eventually(() => {
      const match = /Sluice serves at (\S+)/.exec(this.stderr);
      if (!match) throw new Error(`It does not serve:\n${this.stderr}`);
      return match;
    }, 30_000);
    return url;
  }

  /** The command lines of what it started. */
  async commands(): Promise<string[]> {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,command=']);
    const own = new RegExp(String.raw`^\s*${String(this.child.pid)}\s+(.*)$`, 'gm');
    return [...stdout.matchAll(own)].map(([, command = '']) => command);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }
}

describe('the process that npm start runs', () => {
  let dataDir: string;
  const running: Started[] = [];

  const start = (environment: Record<string, string> = {}): Started => {
    const child = spawn(process.execPath, [resolve(ROOT, 'scripts/start.mjs')], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new Started(child);
    running.push(started);
    return started;
  };

  beforeAll(build, 60_000);
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-process-'));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) {
      each.signal('SIGTERM');
      await each.ended;
    }
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('ends its start with a line to paste that answers, says that answers are simulated, and loses nothing to kill -9', async () => {
    const first = start();
    const url = await first.url();
    expect(first.stderr).toMatch(/Password {8}\S{16,}/);
    expect(first.stderr).toContain('Answers are SIMULATED');
    expect(await first.commands()).toEqual([expect.stringContaining(`${NODE_FLAGS.join(' ')} ${MAIN}`)]);
    const [, key = '', body = ''] = /curl \S+ -H 'Authorization: Bearer (\S+)' .* -d '(.+)'/.exec(first.stderr) ?? [];
    const call = (): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body,
      });
    expect((await call()).status).toBe(200);
    expect(
      first.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object).length,
    ).toBeGreaterThan(0);
    first.signal('SIGKILL');
    await first.ended;

    const second = start({ PORT: new URL(url).port });
    await second.url();
    expect(second.stderr).not.toContain('Password');
    // The key of the first start is revoked by the second; its call is still on record.
    expect((await call()).status).toBe(401);
    const metrics = await fetch(`${url}/health`);
    expect(await metrics.json()).toMatchObject({ status: 'ok' });
  }, 60_000);

  it('makes its folder where it is not there yet, also beside a database that is not its own', async () => {
    const database = await createTestDatabase();
    const folder = join(dataDir, 'not', 'there', 'yet');
    try {
      const started = start({ DATABASE_URL: database.url, DATA_DIR: folder });
      await started.url();
      expect(existsSync(folder)).toBe(true);
      started.signal('SIGTERM');
      expect(await started.ended).toBe(0);
    } finally {
      await database.drop();
    }
  }, 60_000);

  it('H-10 lets a stream finish after SIGTERM, takes no new connection, and exits 0', async () => {
    const up = await FakeUpstream.start();
    try {
      up.models(['m1']).always({ pauseAfterChunks: 2 });
      const process = start({ LITELLM_API_URL: up.url });
      up.always({});
      const url = await process.url();
      const [, key = ''] = /Bearer (sk-sluice-\S+)'/.exec(process.stderr) ?? [];
      up.always({ pauseAfterChunks: 2 });
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'm1', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();

      process.signal('SIGTERM');
      await eventually(() => expect(process.stderr).toContain('Stopping'));
      await eventually(async () =>
        expect(
          await fetch(`${url}/liveness`).then(
            () => 'open',
            () => 'shut',
          ),
        ).toBe('shut'),
      );

      up.release();
      let rest = '';
      for (let piece = await reader.read(); !piece.done; piece = await reader.read())
        rest += Buffer.from(piece.value).toString();
      expect(rest.endsWith('data: [DONE]\n\n')).toBe(true);
      expect(await process.ended).toBe(0);
    } finally {
      await up.stop();
    }
  }, 60_000);

  it('H-10 lets a slow reader have the rest of its answer after SIGTERM', async () => {
    const content = 'x'.repeat(12_000_000);
    const usage = { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 };
    const answer = JSON.stringify({ choices: [{ index: 0, message: { role: 'assistant', content } }], usage });
    const up = await FakeUpstream.start();
    try {
      up.models(['m1']);
      const process = start({ LITELLM_API_URL: up.url });
      const url = await process.url();
      up.always({ body: answer });
      const key = await eventually(() => {
        const [, found] = /Bearer (sk-sluice-\S+)'/.exec(process.stderr) ?? [];
        if (found === undefined) throw new Error(process.stderr);
        return found;
      });
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
      const call = request(`${url}/v1/chat/completions`, { method: 'POST', headers, agent: false });
      call.end(JSON.stringify({ model: 'm1', messages: [{ role: 'user', content: 'Hello' }] }));
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      expect(response.statusCode).toBe(200);
      response.pause();
      process.signal('SIGTERM');
      await eventually(() => expect(process.stderr).toContain('Stopping'));
      // As long as the connections that seem idle are looked for several times.
      await delay(500);
      let bytes = 0;
      for await (const piece of response) bytes += (piece as Buffer).length;
      expect(bytes).toBe(answer.length);
      expect(await process.ended).toBe(0);
    } finally {
      await up.stop();
    }
  }, 60_000);

  it('says in one sentence that its port is taken, and leaves no database behind', async () => {
    const taken = createServer();
    const listening = deferred();
    taken.listen(0, '127.0.0.1', () => listening.resolve());
    await listening.promise;
    const { port } = taken.address() as { port: number };
    const process = start({ PORT: String(port) });
    expect(await process.ended).toBe(1);
    expect(process.stderr).toContain(`Port ${port} on 127.0.0.1 is taken. Set PORT to another one`);
    taken.close();
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'command=']);
    expect(stdout.split('\n').filter((command) => command.includes(dataDir))).toEqual([]);
  }, 60_000);

  it('says in one sentence that the database is away, without its password', async () => {
    const process = start({ DATABASE_URL: 'postgres://someone:hunter2-secret@127.0.0.1:9/sluice' });
    expect(await process.ended).toBe(1);
    expect(process.stderr).toContain('The database at 127.0.0.1:9/sluice cannot be used: nothing listens there.');
    expect(process.stderr).not.toContain('hunter2');
  }, 60_000);
});
