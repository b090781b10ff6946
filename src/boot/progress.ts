/**
 * Tells a person what the start is doing. On stderr: stdout carries the log, one JSON object a line.
 */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Says what is being done and, when it is done, how long it took. */
export async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  say(`  ${what} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`);
  return result;
}
