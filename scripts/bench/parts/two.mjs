import { once } from 'node:events';
import { pinnedNode } from '../../lib/node.mjs';
import { join } from 'node:path';
import { say } from '../../lib/say.mjs';
import { ROOT } from '../../lib/paths.mjs';
import { busyBetween, machineLook, used } from '../accounts.mjs';
import { saturate } from '../saturate.mjs';
import { median, shown } from '../statistics.mjs';

const WARM_UP_SECONDS = 2;

/** Two processes on one database beside one of them, in turns; afterwards the ledger is verified. */
export async function two({ stage, sluice, house, options }) {
  const second = await house.start('Sluice-two');
  try {
    const { seconds, rounds, connections } = options;
    await together(stage, [sluice, second], WARM_UP_SECONDS, connections);
    const results = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const processes of [[sluice], [sluice, second]]) {
        results.push({ round, ...(await together(stage, processes, seconds, connections)) });
      }
      say(`two: round ${round} of ${rounds} done`);
    }
    const ledger = await verify(stage, house.postgres.url);
    const rows = [1, 2].map((processes) => {
      const own = results.filter((each) => each.processes === processes);
      const middle = (key) => median(own.map((each) => each[key]));
      return { processes, perSecond: middle('perSecond'), cpuMicros: middle('cpuMicros'), busy: middle('busy') };
    });
    const table = rows.map(({ processes, perSecond, cpuMicros, busy }) => ({
      processes,
      'requests/s': shown(perSecond, 0),
      'x one': shown(perSecond / rows[0].perSecond),
      'CPU µs/request': shown(cpuMicros, 0),
      '% of the machine busy': shown(busy * 100, 0),
      'ledger:verify': ledger.code === 0 ? 'holds' : `ended with ${ledger.code}`,
    }));
    return { title: 'Two processes beside one', table, rows, results, ledger };
  } finally {
    await stage.end(second.child);
  }
}

/** Each process is asked over as many connections as one alone. */
async function together(stage, processes, seconds, connections) {
  const cpu = () => processes.reduce((sum, { pid }) => sum + (used(pid)?.cpu ?? NaN), 0);
  const [before, machine] = [cpu(), machineLook()];
  const all = await Promise.all(processes.map((each) => saturate(stage, each, seconds, connections)));
  const requests = all.reduce((sum, each) => sum + each.requests, 0);
  return {
    processes: processes.length,
    perSecond: all.reduce((sum, { perSecond }) => sum + perSecond, 0),
    cpuMicros: ((cpu() - before) / requests) * 1e6,
    busy: busyBetween(machine, machineLook()),
  };
}

/** What `npm run ledger:verify` runs, on the database of the benchmark. */
async function verify(stage, url) {
  const child = stage.spawn(pinnedNode(), [join(ROOT, 'dist/src/ledger-verify.js'), '--json'], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  const [code] = await once(child, 'close');
  return { code, output };
}
