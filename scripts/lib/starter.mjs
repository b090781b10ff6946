import { readFileSync } from 'node:fs';

const CHECK_MS = 200;

/**
 * Calls `onGone` when the npm that started us is gone. npm runs us through a shell; a signal may end either of them
 * without reaching us, and nobody could stop us any more. Without npm we may outlive our parent, as with nohup.
 */
export function watchStarter(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return () => undefined;
  const chain = starters();
  const timer = setInterval(() => {
    if (starters() === chain) return;
    clearInterval(timer);
    onGone();
  }, CHECK_MS);
  return () => clearInterval(timer);
}

/** Our parent and, where that is npm's shell and not npm itself, the parent's parent. */
function starters() {
  const parent = process.ppid;
  try {
    if (!readFileSync(`/proc/${parent}/cmdline`, 'utf8').startsWith('sh\0-c\0')) return String(parent);
    const grandparent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${parent}/status`, 'utf8'))?.[1];
    return `${parent} ${grandparent}`;
  } catch {
    // Only Linux shows this; elsewhere the parent has to do.
    return String(parent);
  }
}
