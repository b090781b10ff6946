import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { readEnvironment } from '#libs/config';
import { jobsConfig } from '#libs/jobs';
import { NestLogger } from '#libs/observability';
import { AppModule } from './app.module.js';
import { endRequested } from './boot/lifetime.js';
import { startLogging } from './boot/logging.js';
import { startPlatform } from './boot/platform.js';
import { say } from './boot/progress.js';
import { runProcess } from './boot/start-failure.js';

/**
 * Jobs without HTTP: the same application, for a deployment that keeps background work off the processes that serve, which
 * then run with RUN_JOBS=false. What that variable says does not concern a worker.
 */
async function main(): Promise<void> {
  const end = endRequested();
  const platform = await startPlatform({ ...readEnvironment(), [jobsConfig.variables.run.env]: 'true' });
  const { config } = platform;
  try {
    const logging = startLogging(config);
    const worker = await NestFactory.createApplicationContext(AppModule.forRoot({ config, ...logging }), {
      logger: new NestLogger(logging.logger),
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
