import { type DynamicModule, Module } from '@nestjs/common';
import { Health } from './health.js';
import { ROOT_LOGGER, type RootLogger } from './logger.js';
import { Metrics } from './metrics.js';
import { Redactor } from './redaction.js';
import { Telemetry } from './telemetry/telemetry.js';

/** Logger, redaction, metrics, traces and health, for everybody. */
@Module({})
export class ObservabilityModule {
  static forRoot(logger: RootLogger, redactor: Redactor): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      providers: [
        Health,
        Metrics,
        Telemetry,
        { provide: ROOT_LOGGER, useValue: logger },
        { provide: Redactor, useValue: redactor },
      ],
      exports: [Health, Metrics, ROOT_LOGGER, Redactor, Telemetry],
    };
  }
}
