import { say } from '../../lib/say.mjs';
import { used } from '../accounts.mjs';
import { streamed } from '../requests.mjs';
import { median, MIB, shown } from '../statistics.mjs';
import { added } from './latency.mjs';

const FIRST_BYTE = { rate: 100, firstByte: true, body: streamed({ events: 10, everyMs: 20 }) };
const OPEN = { count: 1_000, everyMs: 50, rampSeconds: 3 };
const OPEN_BRIEFLY = { count: 200, everyMs: 50, rampSeconds: 0.5 };

/** What is added until the first byte of a stream, at a fixed rate of new streams. */
export async function firstByte({ driver, contestants, leftOut, options }) {
  const wishes = [
    { label: `${FIRST_BYTE.rate} streams/s`, wish: { ...FIRST_BYTE, seconds: options.short ? 0.6 : options.seconds } },
  ];
  const able = await thoseWhoStream(contestants, leftOut);
  return added({ driver, contestants: able, options, wishes, title: 'Added time to the first byte of a stream in ms' });
}

/** Who answers a stream with an error takes no part with streams. */
async function thoseWhoStream(contestants, leftOut) {
  const able = [];
  for (const contestant of contestants) {
    const { name, url, headers } = contestant;
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: streamed({ events: 2, everyMs: 1 }),
    });
    await response.arrayBuffer();
    if (response.ok) able.push(contestant);
    else {
      leftOut[`${name}, streams`] = `it answers a stream with ${response.status}`;
      say(`${name} is left out of the streams: it answers one with ${response.status}.`);
    }
  }
  return able;
}

/** A thousand streams that are open at once, with twenty events a second each: what is lost, late, and what it costs. */
export async function streams({ driver, contestants, leftOut, options }) {
  const results = [];
  const able = contestants.filter(({ name }) => leftOut[`${name}, streams`] === undefined);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const contestant of able) results.push({ round, ...(await follow(driver, contestant, options)) });
    say(`streams: round ${round} of ${options.rounds} done`);
  }
  const rows = able.map(({ name }) => {
    const own = results.filter((each) => each.name === name);
    const middle = (key) => median(own.map((each) => each[key]));
    const sum = (key) => own.reduce((total, each) => total + each[key], 0);
    return {
      name,
      openAtOnce: middle('openAtStart'),
      eventsPerSecond: middle('eventsPerSecond'),
      eventsPerCoreSecond: middle('eventsPerCoreSecond'),
      delayP50: middle('p50'),
      delayP99: middle('p99'),
      lost: sum('lost'),
      outOfOrder: sum('wrong'),
      unfinished: sum('unfinished') + sum('refused'),
      rssMiB: middle('rssMiB'),
    };
  });
  const table = rows.map((row) => ({
    contestant: row.name,
    open: row.openAtOnce,
    'events/s': shown(row.eventsPerSecond, 0),
    'events/s of a core': shown(row.eventsPerCoreSecond, 0),
    'delay p50 ms': shown(row.delayP50),
    'delay p99 ms': shown(row.delayP99),
    'events lost': row.lost,
    'out of order': row.outOfOrder,
    'streams unfinished': row.unfinished,
    'resident MiB': shown(row.rssMiB, 0),
  }));
  const { count, everyMs } = options.short ? OPEN_BRIEFLY : OPEN;
  const title = `${count} open streams, ${1_000 / everyMs} events a second each`;
  return { title, table, rows, results };
}

async function follow(driver, contestant, { seconds, short }) {
  const { name, url, headers, pid } = contestant;
  const looks = {};
  const wish = { ...(short ? OPEN_BRIEFLY : OPEN), url, headers, seconds };
  const seen = await driver('openStreams', wish, seconds + 120, (phase) => {
    looks[phase] = { ...used(pid, contestant), at: performance.now() };
  });
  const { open, over } = looks;
  return {
    name,
    ...seen,
    eventsPerSecond: (seen.inWindow / (over.at - open.at)) * 1_000,
    eventsPerCoreSecond: seen.inWindow / (over.cpu - open.cpu),
    rssMiB: over.rss / MIB,
  };
}
