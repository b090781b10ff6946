import { spawn } from 'node:child_process';
import type { Account } from './account.js';

/** PostgreSQL sees no variable of ours: PGDATA, PGPORT or a foreign locale must not change what it does. */
export const TOOL_ENVIRONMENT: NodeJS.ProcessEnv = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C', TZ: 'UTC' };

export interface ToolRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly account: Account | undefined;
  readonly input?: string;
}

/** Runs a PostgreSQL tool to its end; never rejects, a tool that cannot be executed has `ok: false`. */
export function runTool(run: ToolRun): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(run.file, run.args, {
      cwd: run.cwd,
      env: TOOL_ENVIRONMENT,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(run.account && { uid: run.account.uid, gid: run.account.gid }),
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    // A tool that fails early closes its input first; its exit tells the reason.
    child.stdin.on('error', () => undefined);
    child.stdin.end(run.input ?? '');
    child.once('error', (error) => resolve({ ok: false, output: `${output}cannot execute: ${error.message}` }));
    child.once('close', (code) => resolve({ ok: code === 0, output }));
  });
}
