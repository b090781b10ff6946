import { parseArgs } from 'node:util';
import { loadConfig, readEnvironment } from '#libs/config';
import { openDatabaseServer } from './boot/database.server.js';
import { printLedgerVerdict } from './boot/ledger.js';
import { say } from './boot/progress.js';
import { databaseFailure, StartFailure } from './boot/start-failure.js';
import { print, runTool, UsageError } from './boot/tool.js';

const HELP = `Usage: npm run ledger:verify [-- --json]

Checks a database, which may be in use, against the guarantees of docs/accounting.md and changes nothing.
Exit code 0 when they hold, 1 when not. DATABASE_URL names the database. Without it, it is the embedded
one in DATA_DIR (.sluice).`;

function readArguments(argv: string[]): { json?: boolean; help?: boolean } {
  try {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: argv, options }).values;
  } catch {
    throw new UsageError(HELP);
  }
}

runTool(async (argv) => {
  const { json = false, help } = readArguments(argv);
  if (help) return print(HELP);
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    await printLedgerVerdict(server.url, json);
  } catch (error) {
    throw error instanceof StartFailure ? error : databaseFailure(error, server, 'verified');
  } finally {
    await server.stop();
  }
});
