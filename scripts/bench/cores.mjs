// The driver keeps to one core, so that it is in nobody's way on the others.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

const LAST = String(cpus().length - 1);

export function isInstalled(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // Some say their version and end with 1.
    return error.code !== 'ENOENT';
  }
}

const HAS_TASKSET = isInstalled('taskset');

/** What a command begins with to be kept to that core. */
export const PIN = HAS_TASKSET ? ['taskset', '-c', LAST] : [];

export const WHERE = HAS_TASKSET ? `, kept to core ${LAST}` : '';

export function keepToLastCore(pid) {
  if (HAS_TASKSET) execFileSync('taskset', ['-a', '-c', '-p', LAST, String(pid)], { stdio: 'ignore' });
}
