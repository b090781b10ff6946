import { parseArgs } from 'node:util';
import { loadConfig, readEnvironment } from '#libs/config';
import { migrationStates, revertMigrations, runMigrations } from '#libs/database';
import { migrations } from '../migrations/index.js';
import { openDatabaseServer } from './boot/database.server.js';
import { say } from './boot/progress.js';
import { databaseFailure } from './boot/start-failure.js';
import { print, runTool, UsageError } from './boot/tool.js';

const HELP = `Usage: npm run migrate -- up              bring the schema up to date
       npm run migrate -- down [n]        take the newest n migrations back (1), and the data in what they made
       npm run migrate -- status [--json] show which migrations this database has

DATABASE_URL names the database. Without it, it is the embedded one in DATA_DIR (.sluice).`;

/** What to do, and how to say that it could not be done. */
interface Command {
  readonly run: (url: string) => Promise<void>;
  readonly failure: string;
}

async function up(url: string): Promise<void> {
  const done = await runMigrations(url, migrations);
  for (const name of done) print(`up    ${name}`);
  say(done.length === 0 ? 'The schema was up to date.' : 'The schema is up to date.');
}

async function down(url: string, steps: number): Promise<void> {
  const taken = await revertMigrations(url, migrations, steps);
  for (const name of taken) print(`down  ${name}`);
  if (taken.length < steps) say(`${taken.length} taken back; there are no more.`);
}

async function status(url: string, json: boolean): Promise<void> {
  const states = await migrationStates(url, migrations);
  if (json) return print(JSON.stringify(states));
  for (const { name, applied } of states) print(`${applied ? 'applied' : 'pending'}  ${name}`);
}

function commandOf(argv: string[]): Command | undefined {
  const { positionals, values } = readArguments(argv);
  const [name, steps = '1', ...rest] = positionals;
  if (values.help) return undefined;
  const tooMany = rest.length > 0 || (name !== 'down' && positionals.length > 1);
  if (name === undefined || tooMany || (values.json && name !== 'status')) throw new UsageError(HELP);
  if (name === 'up') return { run: up, failure: 'brought up to date' };
  if (name === 'status') return { run: (url) => status(url, values.json === true), failure: 'read' };
  if (name !== 'down') throw new UsageError(`migrate does not know "${name}".\n\n${HELP}`);
  if (!/^[1-9]\d{0,5}$/.test(steps)) throw new UsageError('migrate down takes a whole number of migrations, from 1.');
  return { run: (url) => down(url, Number(steps)), failure: 'taken back' };
}

function readArguments(argv: string[]): { positionals: string[]; values: { json?: boolean; help?: boolean } } {
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: argv, allowPositionals: true, options });
  } catch {
    throw new UsageError(HELP);
  }
}

runTool(async (argv) => {
  const command = commandOf(argv);
  if (!command) return print(HELP);
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    await command.run(server.url);
  } catch (error) {
    throw databaseFailure(error, server, command.failure);
  } finally {
    await server.stop();
  }
});
