import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { loadConfig, readEnvironment } from '#libs/config';
import { databaseConfig } from '#libs/database';
import { jobsConfig } from '#libs/jobs';
import { NestLogger } from '#libs/observability';
import { AppModule } from '../app.module.js';
import { startLogging } from './logging.js';

/** Works with the whole application, without a door and without jobs: for tools. */
export async function withApplication<T>(
  url: string,
  work: (app: INestApplicationContext) => Promise<T> | T,
): Promise<T> {
  const config = loadConfig(readEnvironment(), {
    [databaseConfig.variables.url.env]: url,
    [jobsConfig.variables.run.env]: 'false',
  });
  const logging = startLogging(config, process.stderr);
  const app = await NestFactory.createApplicationContext(AppModule.forRoot({ config, ...logging }), {
    logger: new NestLogger(logging.logger),
    abortOnError: false,
  });
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}
