import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { readEnvironment } from '#libs/config';
import { createLogger, NestLogger, observabilityConfig, Redactor } from '#libs/observability';
import { AppModule } from './app.module.js';
import { endRequested } from './boot/lifetime.js';
import { startPlatform } from './boot/platform.js';
import { say } from './boot/progress.js';
import { runProcess } from './boot/start-failure.js';

/** Jobs without HTTP: the same application, for a deployment that keeps background work off the gateways. */
async function main(): Promise<void> {
  const end = endRequested();
  const platform = await startPlatform(readEnvironment());
  const { config } = platform;
  try {
    const redactor = new Redactor();
    redactor.register(config.secrets());
    const logger = createLogger(config.get(observabilityConfig).logLevel, redactor);
    const worker = await NestFactory.createApplicationContext(AppModule.forRoot({ config, logger, redactor }), {
      logger: new NestLogger(logger),
      abortOnError: false,
    });
    say('The worker runs.');
    await end;
    await worker.close();
  } finally {
    await platform.stop();
  }
}

runProcess(main);
