import { NestFactory } from '@nestjs/core';
import { loadConfig, readEnvironment } from '#libs/config';
import { databaseConfig } from '#libs/database';
import { jobsConfig } from '#libs/jobs';
import { NestLogger } from '#libs/observability';
import { AppModule } from './app.module.js';
import { openDatabaseServer } from './boot/database.server.js';
import { startLogging } from './boot/logging.js';
import { say } from './boot/progress.js';
import { migrateSchema } from './boot/schema.js';
import { expectNoArguments, runTool } from './boot/tool.js';

/**
 * Fills a database with the rows that the product refers to: `npm run db:seed`. Every feature ensures its own when
 * the application starts, so seeding is a start without a door and without jobs, and doing it again changes nothing.
 */
async function seed(url: string): Promise<void> {
  const config = loadConfig({
    ...readEnvironment(),
    [databaseConfig.variables.url.env]: url,
    [jobsConfig.variables.run.env]: 'false',
  });
  const logging = startLogging(config, process.stderr);
  const app = await NestFactory.createApplicationContext(AppModule.forRoot({ config, ...logging }), {
    logger: new NestLogger(logging.logger),
    abortOnError: false,
  });
  await app.close();
}

runTool(async (argv) => {
  expectNoArguments('db:seed', argv);
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    await migrateSchema(server);
    await seed(server.url);
    say('The reference rows are there.');
  } finally {
    await server.stop();
  }
});
