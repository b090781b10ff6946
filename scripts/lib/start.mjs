import { startApplication, superviseApplication } from './application.mjs';
import { build } from './build.mjs';
import { installDependencies } from './install.mjs';
import { readOptions } from './options.mjs';
import { watchApplication } from './watch.mjs';

const HELP = `Usage: npm start [-- options]     run Sluice
       npm run dev                 the same, and again after each change of the sources

Installs what is missing, builds what has changed, and serves. Without DATABASE_URL an embedded
PostgreSQL keeps its data in DATA_DIR (.sluice).

Options:
  --watch     compile and restart on every change
  --prepare   install and build only
  -h, --help  show this

Everything else is configured by environment variables or the file .env: see docs/configuration.md.
`;

const OPTIONS = { help: { type: 'boolean', short: 'h' }, watch: { type: 'boolean' }, prepare: { type: 'boolean' } };
const HINT = 'settings come from environment variables or .env, npm start -- --help shows the options.';

/** Installs, builds and runs; answers the exit code. */
export async function start(argv) {
  const options = readOptions('npm start', argv, OPTIONS, HINT);
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  await installDependencies();
  await build();
  if (options.prepare) return 0;
  return options.watch ? watchApplication() : superviseApplication(startApplication());
}
