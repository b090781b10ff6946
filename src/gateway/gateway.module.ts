import { Module } from '@nestjs/common';
import { ModelsModule } from '../models/models.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Admission } from './admission.js';
import { AnswerRelay } from './answer.relay.js';
import { GatewayController } from './gateway.controller.js';
import { GatewayService } from './gateway.service.js';
import { ModelList } from './model.list.js';
import { StreamRelay } from './stream.relay.js';

/** The hot path. Exports nothing. */
@Module({
  imports: [ModelsModule, SubscriptionsModule, UsageModule, ProvidersModule],
  controllers: [GatewayController],
  providers: [Admission, AnswerRelay, GatewayService, ModelList, StreamRelay],
})
export class GatewayModule {}
