// `npm run test:faults`: two gateways and their PostgreSQL are killed, restarted and lied to for minutes, and every
// answer is compared with the ledger. The seed is printed: `npm run test:faults -- --seed 42` throws the same again.
import { parseArgs } from 'node:util';
import { main } from './lib/main.mjs';
import { Failure } from './lib/say.mjs';
import { test } from './lib/test.mjs';

const HELP = `Usage: npm run test:faults -- [options]

  --seed <number>  repeat the schedule of an earlier run, which printed it
  --short          as often as npm test does it: less than a minute`;

await main(async (argv) => {
  const options = { seed: { type: 'string' }, short: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
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
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed)) throw new Failure(HELP, 2);
  if (values.seed !== undefined) process.env.SLUICE_FAULTS_SEED = values.seed;
  if (!values.short) process.env.SLUICE_FAULTS = 'long';
  return test(['--runInBand', 'test/faults']);
});
