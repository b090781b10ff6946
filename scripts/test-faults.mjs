// `npm run test:faults`: two gateways, their PostgreSQL, their Redis and their provider are killed, restarted and lied
// to, and every answer is compared with the ledger. The seed is printed: `--seed 42` throws the same again.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { Failure } from './lib/say.mjs';
import { test } from './lib/test.mjs';

const SCENARIOS = [
  'rush',
  'leavers',
  'provider',
  'mutations',
  'rolling',
  'kills',
  'postgres',
  'redis',
  'settlement',
  'disk',
  'clock',
];

const HELP = `Usage: npm run test:faults -- [options]

  --short          as often as the short column of docs/accounting.md says: some minutes instead of hours
  --only <names>   these of ${SCENARIOS.join(', ')}; with a comma between them
  --times <n>      each of them so often
  --seed <number>  repeat the schedule of an earlier run, which printed it
  --json <file>    write the report as JSON as well`;

await main(async (argv) => {
  const options = {
    seed: { type: 'string' },
    only: { type: 'string' },
    times: { type: 'string' },
    json: { type: 'string' },
    short: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  let values;
  try {
    ({ values } = parseArgs({ args: argv, options }));
  } catch {
    throw new Failure(HELP, 2);
  }
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { seed, only, times, json } = values;
  if ([seed, times].some((number) => number !== undefined && !/^\d{1,9}$/.test(number))) throw new Failure(HELP, 2);
  if (only?.split(',').some((name) => !SCENARIOS.includes(name))) throw new Failure(HELP, 2);
  process.env.SLUICE_FAULTS = values.short ? 'short' : 'long';
  if (seed !== undefined) process.env.SLUICE_FAULTS_SEED = seed;
  if (only !== undefined) process.env.SLUICE_FAULTS_ONLY = only;
  if (times !== undefined) process.env.SLUICE_FAULTS_TIMES = times;
  if (json !== undefined) process.env.SLUICE_FAULTS_JSON = resolve(process.env.INIT_CWD ?? '.', json);
  return test(['--runInBand', 'test/faults']);
});
