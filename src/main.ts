import './boot/engine.js';
import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readEnvironment } from '#libs/config';
import { drainAndClose, httpConfig } from '#libs/http';
import { createApplication } from './app.setup.js';
import { endRequested, sayGoodbye } from './boot/lifetime.js';
import { startLogging } from './boot/logging.js';
import { type Platform, startPlatform } from './boot/platform.js';
import { say, step } from './boot/progress.js';
import { listenFailure, runProcess } from './boot/start-failure.js';
import { prepareWelcome } from './boot/welcome.js';

/** The HTTP process: from the environment to a served request, and back down in order. */
async function main(): Promise<void> {
  const end = endRequested();
  say('Sluice starts');
  const platform = await startPlatform(readEnvironment());
  try {
    const app = await serve(platform);
    await end;
    sayGoodbye(platform.config.get(httpConfig).shutdownGraceSeconds);
    await drainAndClose(app);
  } finally {
    await platform.stop();
  }
}

async function serve(platform: Platform): Promise<NestFastifyApplication> {
  const { config } = platform;
  const { host, port } = config.get(httpConfig);
  const logging = startLogging(config);
  const app = await createApplication({ config, ...logging });
  try {
    const { welcome, url } = await step('The application is ready', async () => {
      await app.init();
      const greet = await prepareWelcome(app, platform);
      // Past Nest, which would write a failure into the log before it is told in a sentence.
      return { welcome: greet, url: await app.getHttpAdapter().getInstance().listen({ port, host }) };
    });
    welcome(url);
    return app;
  } catch (error) {
    await app.close().catch(() => undefined);
    throw listenFailure(error, host, port);
  }
}

runProcess(main);
