import { Module } from '@nestjs/common';
import { FailureFeed } from '../failure.feed.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { RootController } from './root.controller.js';

/** The third face of the process: what orchestrators and scrapers ask. */
@Module({
  controllers: [HealthController, MetricsController, RootController],
  providers: [FailureFeed],
  exports: [FailureFeed],
})
export class OperationsModule {}
