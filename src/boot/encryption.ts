import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SYSTEM } from '#libs/access';
import { CacheModule } from '#libs/cache';
import { ConfigModule, loadConfig, readEnvironment } from '#libs/config';
import { databaseConfig, DatabaseModule } from '#libs/database';
import { EventsModule } from '#libs/events';
import { Clock, SystemClock } from '#libs/kernel';
import { createLogger, NestLogger, observabilityConfig, ObservabilityModule, Redactor } from '#libs/observability';
import { AuditModule } from '../audit/audit.module.js';
import { EncryptionModule } from '../providers/encryption.module.js';
import { EncryptionRotation } from '../providers/encryption.rotation.js';

/**
 * Seals every kept secret with the current ENCRYPTION_KEY, in an application that has no more than that needs.
 *
 * @returns how many
 * @throws SealBroken when a former key is missing
 */
export async function rotateEncryptionKey(url: string): Promise<number> {
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
