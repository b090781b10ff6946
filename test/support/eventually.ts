import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 10_000;
const PAUSE_MS = 10;

/** Repeats the assertions until they hold, and returns what they found; their last failure is the test's. */
export async function eventually<T>(assertions: () => T | Promise<T>, limitMs = LIMIT_MS): Promise<T> {
  for (const started = performance.now(); ; await delay(PAUSE_MS)) {
    try {
      return await assertions();
    } catch (error) {
      if (performance.now() - started > limitMs) throw error;
    }
  }
}
