import { parseArgs } from 'node:util';
import { SYSTEM } from '#libs/access';
import { loadConfig, readEnvironment } from '#libs/config';
import { canonicalEmail } from '#libs/kernel';
import { authConfig } from './auth/auth.config.js';
import { PasswordReset } from './auth/password.reset.js';
import { openDatabaseServer } from './boot/database.server.js';
import { withApplication } from './boot/offline.js';
import { say } from './boot/progress.js';
import { migrateSchema } from './boot/schema.js';
import { StartFailure } from './boot/start-failure.js';
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
  const email = canonicalEmail(given ?? config.get(authConfig).adminEmail);
  const server = await openDatabaseServer(config, say);
  try {
    await migrateSchema(server);
    const password = await withApplication(server.url, (app) => app.get(PasswordReset).run(SYSTEM, email));
    if (password === undefined) throw new StartFailure(`No active administrator has the address ${email}.`);
    say(`The new password of ${email}, shown this once:`);
    print(password);
  } finally {
    await server.stop();
  }
});
