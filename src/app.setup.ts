import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Doorkeeper } from '#libs/access';
import { configureHttp, createHttpAdapter, httpConfig } from '#libs/http';
import { RateTiers } from '#libs/limits';
import { NestLogger } from '#libs/observability';
import { AppModule, type AppParts } from './app.module.js';

/** The application as it runs in production: main and the tests start the same one. */
export async function createApplication(parts: AppParts): Promise<NestFastifyApplication> {
  const adapter = createHttpAdapter(parts.config.get(httpConfig));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(parts), adapter, {
    logger: new NestLogger(parts.logger),
    bodyParser: false,
    abortOnError: false,
    forceCloseConnections: false,
  });
  await configureHttp(app);
  app.get(Doorkeeper).watch(adapter.getInstance());
  app.get(RateTiers).watch(adapter.getInstance());
  return app;
}
