import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinnedNode } from '../lib/node.mjs';
import { ROOT } from '../lib/paths.mjs';
import { Failure } from '../lib/say.mjs';

const READY_LIMIT_MS = 60_000;
const END_LIMIT_MS = 20_000;

/** The processes and the temporary folder of one run; closing it ends and removes all of them. */
export class Stage {
  folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  #children = new Set();
  #closing;

  /** Starts a Node program of ours, which talks to us by messages. */
  fork(file, args = [], { env = {}, execArgv = [], out = 'ignore' } = {}) {
    return this.#keep(
      fork(join(ROOT, file), args, {
        execPath: pinnedNode(),
        execArgv,
        cwd: ROOT,
        // So that what is no number stays none.
        serialization: 'advanced',
        env: { ...process.env, ...env },
        stdio: ['ignore', out, out, 'ipc'],
      }),
    );
  }

  /** Starts any other program. */
  spawn(file, args, options = {}) {
    return this.#keep(spawn(file, args, { stdio: 'ignore', ...options }));
  }

  /** Ends one process, in order if it can. */
  async end(child) {
    if (hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
    await ended;
    clearTimeout(force);
  }

  /** The last ones first: what others need ends after them. */
  close() {
    this.#closing ??= (async () => {
      for (const child of [...this.#children].toReversed()) await this.end(child);
      rmSync(this.folder, { recursive: true, force: true });
    })();
    return this.#closing;
  }

  get isClosing() {
    return this.#closing !== undefined;
  }

  #keep(child) {
    if (this.isClosing) child.kill('SIGKILL');
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    child.on('error', () => this.#children.delete(child));
    return child;
  }
}

const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

/** The first message of a process, which says where it serves. */
export function announced(child) {
  return within(READY_LIMIT_MS, 'A process of the benchmark was not ready', (resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) =>
      reject(new Failure(`A process of the benchmark ended with code ${code} at its start.`)),
    );
  });
}

/** Waits until an address answers without an error. */
export async function answering(name, child, url, init) {
  const deadline = Date.now() + READY_LIMIT_MS;
  for (;;) {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.ok) return;
    if (Date.now() > deadline || hasEnded(child)) throw new Failure(`${name} did not become ready.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A promise that fails with a sentence when it takes longer than it may. */
export async function within(limitMs, what, executor) {
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Failure(`${what} within ${Math.round(limitMs / 1000)} s.`)), limitMs);
      executor(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
  }
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
