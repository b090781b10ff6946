// Says when it is time, at a fixed rate and to a tenth of a millisecond: the timers of the event loop round to whole
// ones. It sleeps in a thread of its own, so the core stays free for whoever is measured.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const LEAD_MICROS = 20_000;

export const nowMicros = () => Number(process.hrtime.bigint() / 1_000n);

/** Calls `beat` with the moment that was meant, not the one at which it is heard. Resolves after the last one. */
export function beats(rate, count, beat) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { rate, count } });
    worker.on('message', beat);
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
}

if (!isMainThread && workerData?.rate) {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const { rate, count } = workerData;
  const start = nowMicros() + LEAD_MICROS;
  for (let i = 0; i < count; i += 1) {
    const meant = start + (i * 1e6) / rate;
    const wait = meant - nowMicros();
    if (wait > 0) Atomics.wait(never, 0, 0, wait / 1_000);
    parentPort.postMessage(meant, []);
  }
}
