import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { NODE_FLAGS } from '../../scripts/lib/node.mjs';
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
  private more: Readonly<Record<string, string>> = {};
  private ended: Promise<number | null> = Promise.resolve(null);

  constructor(
    readonly port: number,
    private readonly environment: Readonly<Record<string, string>>,
    /** Says by how many milliseconds its wall clock is ahead, to those of its lives that look. */
    private readonly clockFile: string,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Whether the process that was started last runs. */
  get isAlive(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Resolves when it serves.
   *
   * @param more what this life and those after it have in their environment beside the usual
   */
  async start(more = this.more): Promise<void> {
    this.more = more;
    const child = spawn(process.execPath, [...NODE_FLAGS, resolve(ROOT, 'dist/src/main.js')], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        ...this.environment,
        ...more,
        SLUICE_TEST_CLOCK_FILE: this.clockFile,
        PORT: String(this.port),
      },
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

  /** Sets the wall clock of a life that looks at the file. */
  setClock(aheadMs: number): void {
    writeFileSync(this.clockFile, String(aheadMs));
  }

  /** No file takes another byte from it, as on a disk without room; or all of them do again. Linux only. */
  setDisk(isFull: boolean): void {
    const limit = isFull ? '0:unlimited' : 'unlimited:unlimited';
    execFileSync('prlimit', ['--pid', String(this.child?.pid), `--fsize=${limit}`]);
  }

  /** What it says about one of its parts. */
  async healthOf(component: string): Promise<string> {
    const response = await fetch(`${this.url}/health`);
    const { components } = (await response.json()) as { components: Record<string, { status: string }> };
    return components[component]?.status ?? 'unknown';
  }
}
