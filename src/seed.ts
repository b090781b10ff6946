import { NestFactory } from '@nestjs/core';
import { loadConfig, readEnvironment } from '#libs/config';
import { databaseConfig, runMigrations } from '#libs/database';
import { createLogger, NestLogger, observabilityConfig, Redactor } from '#libs/observability';
import { migrations } from '../migrations/index.js';
import { AppModule } from './app.module.js';
import { openDatabaseServer } from './boot/database.server.js';
import { say } from './boot/progress.js';
import { databaseFailure } from './boot/start-failure.js';
import { runTool } from './boot/tool.js';

/**
 * Fills a database with the rows that the product refers to: `npm run db:seed`. Every feature ensures its own when
 * the application starts, so seeding is a start without a door, and doing it again changes nothing.
 */
async function seed(url: string): Promise<void> {
  const config = loadConfig({ ...readEnvironment(), [databaseConfig.variables.url.env]: url });
  const redactor = new Redactor();
  redactor.register(config.secrets());
  const logger = createLogger(config.get(observabilityConfig).logLevel, redactor, process.stderr);
  const app = await NestFactory.createApplicationContext(AppModule.forRoot({ config, logger, redactor }), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.close();
}

async function migrate(url: string): Promise<void> {
  try {
    await runMigrations(url, migrations);
  } catch (error) {
    throw databaseFailure(error, url);
  }
}

runTool(async () => {
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    await migrate(server.url);
    await seed(server.url);
    say('The reference rows are there.');
  } finally {
    await server.stop();
  }
});
