import { say } from './progress.js';

const EXIT_FORCED = 130;

/**
 * Resolves when somebody wants the process to end: Ctrl-C, SIGTERM, or the launcher that started it is gone.
 * A second wish ends the process at once.
 */
export function endRequested(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (): void => {
      if (asked) process.exit(EXIT_FORCED);
      asked = true;
      resolve();
    };
    process.on('SIGINT', ask);
    process.on('SIGTERM', ask);
    if (process.connected) process.once('disconnect', ask);
  });
}

/** Says once that the end has begun. */
export function sayGoodbye(graceSeconds: number): void {
  say(`\nStopping: running calls may finish within ${graceSeconds} s. Once more to stop at once.`);
}
