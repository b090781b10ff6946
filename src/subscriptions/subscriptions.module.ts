import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UserStatistics } from '../users/statistics/user.statistics.js';
import { UsersModule } from '../users/users.module.js';
import { ModelsModule } from '../models/models.module.js';
import { Entitlements } from './entitlements.js';
import { SubscriptionEntity } from './subscription.entity.js';
import { SubscriptionsController } from './subscriptions.controller.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';
import { SubscriptionsService } from './subscriptions.service.js';

/** Who may use which model. */
@Module({
  imports: [TypeOrmModule.forFeature([SubscriptionEntity]), ModelsModule, UsersModule],
  controllers: [SubscriptionsController],
  providers: [SubscriptionsService, SubscriptionsRepository, Entitlements],
  exports: [Entitlements],
})
export class SubscriptionsModule {
  constructor(statistics: UserStatistics, subscriptions: SubscriptionsRepository) {
    statistics.contribute('subscriptions', ({ userId }) => subscriptions.countOwned(userId));
  }
}
