import { loadConfig, readEnvironment } from '#libs/config';
import { openDatabaseServer } from './boot/database.server.js';
import { withApplication } from './boot/offline.js';
import { say } from './boot/progress.js';
import { migrateSchema } from './boot/schema.js';
import { expectNoArguments, runTool } from './boot/tool.js';

/**
 * Fills a database with the rows that the product refers to: `npm run db:seed`. Every feature ensures its own when
 * the application starts, so seeding is a start without a door and without jobs, and doing it again changes nothing.
 */
runTool(async (argv) => {
  expectNoArguments('db:seed', argv);
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    await migrateSchema(server);
    await withApplication(server.url, () => undefined);
    say('The reference rows are there.');
  } finally {
    await server.stop();
  }
});
