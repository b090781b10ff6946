import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Clock } from '#libs/kernel';
import { SubscriptionsModule } from '../subscriptions/subscriptions.module.js';
import { TeamsModule } from '../teams/teams.module.js';
import { UserStatistics } from '../users/statistics/user.statistics.js';
import { UsersModule } from '../users/users.module.js';
import { AdminApiKeysController } from './admin-api-keys.controller.js';
import { ApiKeyActivity } from './api-key.activity.js';
import { ApiKeyAuthenticator } from './api-key.authenticator.js';
import { ApiKeyDirectory } from './api-key.directory.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeySecrets } from './api-key.secrets.js';
import { ApiKeyLookupRepository } from './api-key-lookup.repository.js';
import { ApiKeyModels } from './api-key.models.js';
import { ApiKeySpending } from './api-key.spending.js';
import { ApiKeyTerms } from './api-key.terms.js';
import { ApiKeyVerifier } from './api-key.verifier.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([ApiKeyEntity]), SubscriptionsModule, TeamsModule, UsersModule],
  controllers: [ApiKeysController, AdminApiKeysController],
  providers: [
    ApiKeysService,
    ApiKeysRepository,
    ApiKeyModels,
    ApiKeyTerms,
    ApiKeySpending,
    ApiKeyLookupRepository,
    ApiKeySecrets,
    ApiKeyVerifier,
    ApiKeyActivity,
    ApiKeyAuthenticator,
    ApiKeyDirectory,
  ],
  exports: [ApiKeyAuthenticator, ApiKeyDirectory],
})
export class ApiKeysModule {
  constructor(statistics: UserStatistics, keys: ApiKeysRepository, clock: Clock) {
    statistics.contribute('apiKeys', ({ userId }) => keys.countOwned(userId, clock.date()));
  }
}
