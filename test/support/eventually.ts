import { setTimeout as delay } from 'node:timers/promises';

const LIMIT_MS = 10_000;
const PAUSE_MS = 10;

/** Repeats the assertions until they hold; their last failure is the test's when they do not in time. */
export async function eventually(assertions: () => unknown, limitMs = LIMIT_MS): Promise<void> {
  for (const started = performance.now(); ; await delay(PAUSE_MS)) {
    try {
      await assertions();
      return;
    } catch (error) {
      if (performance.now() - started > limitMs) throw error;
    }
  }
}
