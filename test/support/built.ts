import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The whole environment but PATH; nothing is inherited. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Told to stop once this stands in what it wrote. */
  readonly stopAt?: RegExp;
}

/** Builds the product if its sources have changed; takes seconds the first time, so call it in `beforeAll`. */
export async function build(): Promise<void> {
  const { code, stderr } = await run([resolve(ROOT, 'scripts/start.mjs'), '--prepare'], { cwd: ROOT });
  if (code !== 0) throw new Error(`The build failed:\n${stderr}`);
}

/** Runs an entry of the built product, `main` or a tool, as a process of its own. */
export function runEntry(entry: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
  return run([resolve(ROOT, 'dist/src', `${entry}.js`), ...args], options);
}

async function run(args: readonly string[], { environment, cwd, stopAt }: RunOptions): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: cwd ?? ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let asked = false;
  const look = (): void => {
    if (asked || !stopAt?.test(stdout + stderr)) return;
    asked = true;
    child.kill('SIGTERM');
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    look();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
