import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { used } from '../accounts.mjs';
import { probe } from '../contestants/sluice.mjs';
import { DRIVER, saturate } from '../saturate.mjs';
import { median, MIB, shown } from '../statistics.mjs';
import { say } from '../../lib/say.mjs';

const WARM_UP_SECONDS = 2;

/** Requests a second at saturation, what one costs in processor time, and what lies in memory afterwards. */
export async function throughput({ stage, contestants, sluice, options }) {
  const { seconds, rounds, connections } = options;
  const results = Object.fromEntries(contestants.map(({ name }) => [name, []]));
  for (const each of contestants) await saturate(stage, each, options.short ? 1 : WARM_UP_SECONDS, connections);
  for (let round = 1; round <= rounds; round += 1) {
    for (const each of contestants) results[each.name].push(await measured(stage, each, seconds, connections));
    say(`throughput: round ${round} of ${rounds} done`);
  }
  const profile = options.profile && (await takeProfile(stage, sluice, options));
  const rows = contestants.map(({ name }) => ({ name, ...middle(results[name]) }));
  return {
    title: `Throughput at saturation (${DRIVER}, ${connections} connections), medians`,
    table: table(rows),
    rows,
    results,
    profile,
  };
}

/** In a run of its own, for a profiler slows down what it looks at. */
async function takeProfile(stage, sluice, { profile, seconds, connections }) {
  mkdirSync(profile, { recursive: true });
  const file = join(resolve(profile), `sluice-${Date.now()}.cpuprofile`);
  await probe(sluice, 'profile-start');
  await saturate(stage, sluice, seconds, connections);
  await probe(sluice, 'profile-stop', { file });
  return file;
}

/** One measurement with what it cost the contestant, and the database where it has one. */
export async function measured(stage, contestant, seconds, connections) {
  const look = () => [used(contestant.pid, contestant), used(contestant.database?.pid, { descendants: true })];
  const [before, databaseBefore] = look();
  const result = await saturate(stage, contestant, seconds, connections);
  const [after, databaseAfter] = look();
  const perRequest = (from, to) => (from && to ? ((to.cpu - from.cpu) / result.requests) * 1e6 : undefined);
  return {
    ...result,
    cpuMicros: perRequest(before, after),
    databaseCpuMicros: contestant.database && perRequest(databaseBefore, databaseAfter),
    rssMiB: after && after.rss / MIB,
  };
}

export function middle(rounds) {
  return Object.fromEntries(Object.keys(rounds[0]).map((key) => [key, median(rounds.map((round) => round[key]))]));
}

function table(rows) {
  const rate = (wanted) => rows.find(({ name }) => name === wanted)?.perSecond;
  return rows.map((row) => ({
    contestant: row.name,
    'requests/s': shown(row.perSecond, 0),
    'p50 ms': shown(row.p50),
    'p99 ms': shown(row.p99),
    '% of bare proxy': shown((row.perSecond / rate('bare Node proxy')) * 100, 1),
    'x Portkey': shown(row.perSecond / rate('Portkey'), 1),
    'CPU µs/request': shown(row.cpuMicros, 0),
    'PostgreSQL µs/request': shown(row.databaseCpuMicros, 0),
    'resident MiB': shown(row.rssMiB, 0),
  }));
}
