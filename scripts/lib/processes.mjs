import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

/** Runs a command to its end with our terminal; answers its exit code as a shell would report it. */
export async function run(file, args, options = {}) {
  const child = spawn(file, args, { stdio: 'inherit', ...options });
  return exitCode(child);
}

/** The exit code of a child, 128 + n when signal n ended it, 127 when it could not be started. */
export async function exitCode(child) {
  try {
    const [code, signal] = await once(child, 'exit');
    return code ?? 128 + (constants.signals[signal] ?? 0);
  } catch {
    return 127;
  }
}

/** Whether a process with this id exists, ours or not. */
export function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
