import { parseArgs } from 'node:util';
import { loadConfig, readEnvironment } from '#libs/config';
import { resetAdministratorPassword } from './boot/administrator.js';
import { openDatabaseServer } from './boot/database.server.js';
import { say } from './boot/progress.js';
import { migrateSchema } from './boot/schema.js';
import { print, runTool, UsageError } from './boot/tool.js';

const HELP = `Usage: npm run admin:reset-password [-- --email ADDRESS]

Makes a new password for an administrator, prints it once and ends the sessions of that account. Without --email
it is the administrator of ADMIN_EMAIL.`;

function readArguments(argv: string[]): { email?: string; help?: boolean } {
  try {
    return parseArgs({ args: argv, options: { email: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
      .values;
  } catch {
    throw new UsageError(HELP);
  }
}

/** For whoever has the machine and has lost the password. */
runTool(async (argv) => {
  const { email: given, help } = readArguments(argv);
  if (help) return print(HELP);
  const config = loadConfig(readEnvironment());
  const server = await openDatabaseServer(config, say);
  try {
    await migrateSchema(server);
    const { email, password } = await resetAdministratorPassword(server.url, config, given);
    say(`The new password of ${email}, shown this once:`);
    print(password);
  } finally {
    await server.stop();
  }
});
