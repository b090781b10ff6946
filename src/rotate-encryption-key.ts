import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SYSTEM } from '#libs/access';
import { CacheModule } from '#libs/cache';
import { ConfigModule, loadConfig, readEnvironment } from '#libs/config';
import { SealBroken } from '#libs/crypto';
import { databaseConfig, DatabaseModule, isConnectionLoss } from '#libs/database';
import { EventsModule } from '#libs/events';
import { Clock, SystemClock } from '#libs/kernel';
import { createLogger, NestLogger, observabilityConfig, ObservabilityModule, Redactor } from '#libs/observability';
import { AuditModule } from './audit/audit.module.js';
import { openDatabaseServer } from './boot/database.server.js';
import { say } from './boot/progress.js';
import { databaseFailure, StartFailure } from './boot/start-failure.js';
import { print, runTool } from './boot/tool.js';
import { EncryptionModule } from './providers/encryption.module.js';
import { EncryptionRotation } from './providers/encryption.rotation.js';

/**
 * Seals every kept secret with the current ENCRYPTION_KEY: `npm run rotate-encryption-key`. Before it, every process
 * must have the new key in ENCRYPTION_KEY and the old one in ENCRYPTION_KEYS_OLD; after it, the old one may be dropped.
 */
async function rotate(url: string): Promise<number> {
  const config = loadConfig({ ...readEnvironment(), [databaseConfig.variables.url.env]: url });
  const redactor = new Redactor();
  redactor.register(config.secrets());
  const logger = createLogger(config.get(observabilityConfig).logLevel, redactor, process.stderr);
  class RotationModule {}
  Module({
    imports: [
      ConfigModule.forRoot(config),
      ObservabilityModule.forRoot(logger, redactor),
      {
        module: class ClockModule {},
        global: true,
        providers: [{ provide: Clock, useClass: SystemClock }],
        exports: [Clock],
      },
      DatabaseModule.forRoot(),
      EventsModule,
      CacheModule,
      AuditModule,
      EncryptionModule,
    ],
  })(RotationModule);
  const app = await NestFactory.createApplicationContext(RotationModule, {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  try {
    return await app.get(EncryptionRotation).run(SYSTEM);
  } finally {
    await app.close();
  }
}

runTool(async () => {
  const server = await openDatabaseServer(loadConfig(readEnvironment()), say);
  try {
    print(`${await rotate(server.url)} secrets were sealed again.`);
  } catch (error) {
    if (error instanceof SealBroken) {
      throw new StartFailure(`${error.message} Put the former key into ENCRYPTION_KEYS_OLD and run the command again.`);
    }
    throw isConnectionLoss(error) ? databaseFailure(error, server.url) : error;
  } finally {
    await server.stop();
  }
});
