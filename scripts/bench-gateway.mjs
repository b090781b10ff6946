// `npm run bench:gateway`: what the gateway costs, beside the provider alone, nginx, a bare Node proxy and Portkey. All
// contestants run in one go, interleaved; only ratios of one run mean anything. docs/performance.md says what each
// figure is.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { startContestants } from './bench/contestants/index.mjs';
import { startDriver } from './bench/driver/index.mjs';
import { benchOptions } from './bench/options.mjs';
import { idle } from './bench/parts/idle.mjs';
import { latency } from './bench/parts/latency.mjs';
import { load } from './bench/parts/load.mjs';
import { signIns } from './bench/parts/sign-ins.mjs';
import { soak } from './bench/parts/soak.mjs';
import { firstByte, streams } from './bench/parts/streams.mjs';
import { throughput } from './bench/parts/throughput.mjs';
import { two } from './bench/parts/two.mjs';
import { printProfile } from './bench/profile.mjs';
import { DRIVER } from './bench/saturate.mjs';
import { Stage } from './bench/stage.mjs';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/install.mjs';
import { main } from './lib/main.mjs';
import { say } from './lib/say.mjs';

const RUN = {
  throughput: [throughput],
  latency: [latency],
  streams: [firstByte, streams],
  idle: [idle],
  two: [two],
  load: [load],
  'sign-ins': [signIns],
  soak: [soak],
};
/** Only these compare; in the others Sluice is alone with the provider. */
const COMPARING = ['throughput', 'latency', 'streams'];
const EXIT_INTERRUPTED = 130;

await main(async (argv) => {
  const options = benchOptions(argv);
  if (!options) return 0;
  await installDependencies();
  await build();
  const stage = new Stage();
  // Whatever is being measured fails when its processes end; that is then no news.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void stage.close());
  try {
    await run(stage, options);
    return 0;
  } catch (error) {
    if (!stage.isClosing) throw error;
    return EXIT_INTERRUPTED;
  } finally {
    await stage.close();
  }
});

async function run(stage, options) {
  const started = performance.now();
  const others = options.parts.some((part) => COMPARING.includes(part));
  const cast = { ...(await startContestants(stage, { others })), driver: await startDriver(stage) };
  const report = { at: new Date().toISOString(), cores: cpus().length, driver: DRIVER, options, leftOut: cast.leftOut };
  for (const measure of options.parts.flatMap((part) => RUN[part])) {
    const { title, table, ...figures } = await measure({ stage, options, ...cast });
    console.log(`\n${title}`);
    console.table(table);
    report[measure.name] = { title, table, ...figures };
  }
  if (report.throughput?.profile) report.profile = printProfile(report.throughput.profile);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  say(`Measured in ${Math.round((performance.now() - started) / 1_000)} s.`);
}
