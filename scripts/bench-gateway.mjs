// `npm run bench:gateway`: what the gateway costs, beside the provider alone, nginx, a bare Node proxy and Portkey. All
// contestants run in one go, interleaved; only ratios of one run mean anything. docs/performance.md says what each
// figure is.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { startContestants } from './bench/contestants/index.mjs';
import { benchOptions } from './bench/options.mjs';
import { throughput } from './bench/parts/throughput.mjs';
import { printProfile } from './bench/profile.mjs';
import { DRIVER } from './bench/saturate.mjs';
import { Stage } from './bench/stage.mjs';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/install.mjs';
import { main } from './lib/main.mjs';

const RUN = { throughput };

await main(async (argv) => {
  const options = benchOptions(argv);
  if (!options) return 0;
  await installDependencies();
  await build();
  const stage = new Stage();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stage.close().then(() => process.exit(130)));
  try {
    const cast = await startContestants(stage, { others: true });
    const report = {
      at: new Date().toISOString(),
      cores: cpus().length,
      driver: DRIVER,
      options,
      leftOut: cast.leftOut,
    };
    for (const part of options.parts) {
      const { title, table, ...figures } = await RUN[part]({ stage, options, ...cast });
      console.log(`\n${title} (${DRIVER}):`);
      console.table(table);
      report[part] = { table, ...figures };
    }
    if (report.throughput?.profile) report.profile = printProfile(report.throughput.profile);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    return 0;
  } finally {
    await stage.close();
  }
});
