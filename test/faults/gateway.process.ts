import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { eventually } from '../support/eventually.js';

const ROOT = resolve(__dirname, '../..');
const START_LIMIT_MS = 60_000;

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

/** A gateway as a process of its own, which can be ended in every way and started again at the same address. */
export class GatewayProcess {
  readonly url: string;
  /** What its lives so far wrote. */
  log = '';
  private child: ChildProcess | undefined;
  private ended: Promise<number | null> = Promise.resolve(null);

  constructor(
    readonly port: number,
    private readonly environment: Readonly<Record<string, string>>,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Resolves when it serves. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [resolve(ROOT, 'dist/src/main.js')], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...this.environment, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.ended = once(child, 'close').then(([code]) => code as number | null);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    }
    await eventually(async () => {
      if (child.exitCode !== null) return;
      const { ok } = await fetch(`${this.url}/readiness`);
      if (!ok) throw new Error('The gateway is not ready.');
    }, START_LIMIT_MS);
    if (child.exitCode !== null) throw new Error(`The gateway does not start:\n${this.log.slice(-5_000)}`);
  }

  /** As if its machine lost power; what it had begun to write to its sockets may still arrive. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended;
  }

  /** Asks it to end. @returns its exit code */
  async stop(): Promise<number | null> {
    this.child?.kill('SIGTERM');
    return this.ended;
  }
}
