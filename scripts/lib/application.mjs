import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { NODE_FLAGS, pinnedNode } from './node.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { exitCode } from './processes.mjs';
import { say } from './say.mjs';
import { watchStarter } from './starter.mjs';

/** npm passes on the signal that the terminal also sends to us; within this time both count as one. */
const SAME_SIGNAL_MS = 500;

/** How long the application may take to end at once. */
const UNHEARD_MS = 2_000;

/** Starts the built application. It has a channel to us and shuts down when that closes, even by `kill -9`. */
export function startApplication() {
  return spawn(pinnedNode(), [...NODE_FLAGS, join(ROOT, 'dist', 'src', 'main.js')], {
    cwd: ROOT,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(NODE_MODULES, '.cache', 'compiled'), ...process.env },
    // Its own group: Ctrl-C reaches it through us, once, and not a second time through the terminal.
    detached: process.platform !== 'win32',
  });
}

/** Waits for the end of the application and passes the signals on that ask us to stop. */
export async function superviseApplication(child) {
  let wishes = 0;
  let killing;
  const stopForwarding = forwardSignals((signal) => {
    child.kill(signal);
    wishes += 1;
    // It ends at the second wish by itself, unless it hangs.
    if (wishes === 2) killing = setTimeout(() => child.kill('SIGKILL'), UNHEARD_MS);
  });
  child.once('exit', (_code, signal) => {
    if (signal !== null) say(`Sluice: the application was ended by ${signal}${wishes > 0 ? '' : ', not by us'}.`);
  });
  try {
    return await exitCode(child);
  } finally {
    clearTimeout(killing);
    stopForwarding();
  }
}

/** Calls `deliver` once for each wish to stop: a signal, a closed terminal, or the end of the npm that started us. */
export function forwardSignals(deliver) {
  let last = -Infinity;
  const forward = (signal) => {
    if (performance.now() - last < SAME_SIGNAL_MS) return;
    last = performance.now();
    deliver(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  const stopWatching = watchStarter(() => forward('SIGTERM'));
  return () => {
    stopWatching();
    for (const signal of signals) process.off(signal, forward);
  };
}
