import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { ModelsModule } from '../models/models.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Admission } from './admission.js';
import { AnswerRelay } from './answer.relay.js';
import { CallMaker } from './call.maker.js';
import { CallMetrics } from './call.metrics.js';
import { ExplainController } from './explain/explain.controller.js';
import { ExplainService } from './explain/explain.service.js';
import { ForwardController } from './forward.controller.js';
import { Forwarding } from './forwarding.js';
import { GatewayController } from './gateway.controller.js';
import { GatewayService } from './gateway.service.js';
import { InFlight } from './in.flight.js';
import { Idempotency } from './idempotency/idempotency.js';
import { IdempotencyJobs } from './idempotency/idempotency.jobs.js';
import { IdempotencyRepository } from './idempotency/idempotency.repository.js';
import { MediaController } from './media.controller.js';
import { MessagesController } from './messages.controller.js';
import { ModelList } from './model.list.js';
import { ModelWatch } from './model.watch.js';
import { ProviderCaller } from './provider.caller.js';
import { RunningCalls } from './running.calls.js';
import { StreamRelay } from './stream.relay.js';
import { TokenizerController } from './tokenizer.controller.js';
import { TokenizerService } from './tokenizer.service.js';

/** The hot path. Exports nothing. */
@Module({
  imports: [ApiKeysModule, ModelsModule, SubscriptionsModule, UsageModule, ProvidersModule],
  controllers: [
    GatewayController,
    MediaController,
    MessagesController,
    ForwardController,
    TokenizerController,
    ExplainController,
  ],
  providers: [
    Admission,
    AnswerRelay,
    CallMaker,
    CallMetrics,
    ExplainService,
    Forwarding,
    GatewayService,
    Idempotency,
    IdempotencyJobs,
    IdempotencyRepository,
    InFlight,
    ModelList,
    ModelWatch,
    ProviderCaller,
    RunningCalls,
    StreamRelay,
    TokenizerService,
  ],
})
export class GatewayModule {}
