import { say } from '../../lib/say.mjs';
import { used } from '../accounts.mjs';
import { probe } from '../contestants/sluice.mjs';
import { saturate } from '../saturate.mjs';
import { MIB, quantile, shown } from '../statistics.mjs';

const STREAMS = { count: 200, everyMs: 50, rampSeconds: 1 };
const SAMPLES = 120;
const SHOWN = 10;

/** Full load and two hundred streams for a long time, and what lies in memory meanwhile. */
export async function soak({ stage, driver, sluice, options }) {
  const { soakSeconds, connections } = options;
  say(`soak: ${soakSeconds} s`);
  const begin = await probe(sluice, 'memory');
  const samples = [];
  const started = performance.now();
  const watch = setInterval(
    () => samples.push({ second: (performance.now() - started) / 1_000, rssMiB: (used(sluice.pid)?.rss ?? NaN) / MIB }),
    Math.max(500, (soakSeconds * 1_000) / SAMPLES),
  );
  const { url, headers } = sluice;
  const [flood, streams] = await Promise.all([
    saturate(stage, sluice, soakSeconds, connections),
    driver('openStreams', { ...STREAMS, url, headers, seconds: soakSeconds }, soakSeconds + 120),
  ]).finally(() => clearInterval(watch));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await probe(sluice, 'memory');
  const end = await probe(sluice, 'memory');
  const table = parts(samples).map((part) => ({
    'from second': shown(part[0].second, 0),
    'resident MiB, median': shown(
      quantile(
        part.map(({ rssMiB }) => rssMiB),
        0.5,
      ),
      0,
    ),
    'at most': shown(Math.max(...part.map(({ rssMiB }) => rssMiB)), 0),
  }));
  const figures = {
    requests: flood.requests,
    perSecond: flood.perSecond,
    events: streams.events,
    lost: streams.lost + streams.wrong,
    mostMiB: Math.max(...samples.map(({ rssMiB }) => rssMiB)),
    growthMiBPerMinute: slope(samples.slice(samples.length / 2)) * 60,
    heapBeforeMiB: begin.heapUsed / MIB,
    heapAfterMiB: end.heapUsed / MIB,
  };
  const title = `Memory over ${soakSeconds} s: ${shown(flood.perSecond, 0)} requests/s and ${STREAMS.count} streams; heap after a \
collection ${shown(figures.heapBeforeMiB, 1)} MiB before, ${shown(figures.heapAfterMiB, 1)} MiB after; resident memory \
grows by ${shown(figures.growthMiBPerMinute)} MiB a minute in the second half; ${figures.lost} events lost or out of order`;
  return { title, table, figures, samples };
}

function parts(samples) {
  const length = Math.max(1, Math.ceil(samples.length / SHOWN));
  return Array.from({ length: Math.ceil(samples.length / length) }, (_, i) =>
    samples.slice(i * length, (i + 1) * length),
  );
}

/** Of the line that fits best, in MiB a second. */
function slope(samples) {
  const mean = (values) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [x, y] = [mean(samples.map(({ second }) => second)), mean(samples.map(({ rssMiB }) => rssMiB))];
  const over = samples.reduce((sum, { second, rssMiB }) => sum + (second - x) * (rssMiB - y), 0);
  return over / samples.reduce((sum, { second }) => sum + (second - x) ** 2, 0);
}
