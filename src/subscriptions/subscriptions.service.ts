import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { newId, type Page } from '#libs/kernel';
import { ModelCatalog, type ResolvedModel } from '../models/model.catalog.js';
import {
  type CreateSubscriptionDto,
  type ListSubscriptionsQueryDto,
  QUOTA,
  type SetQuotasDto,
} from './dto/subscription.request.dto.js';
import { SubscriptionCancelled, SubscriptionQuotasSet, SubscriptionRequested } from './events/subscription.events.js';
import type { SubscriptionEntity } from './subscription.entity.js';
import { subscriptionErrors } from './subscriptions.errors.js';
import { SubscriptionsRepository } from './subscriptions.repository.js';

/** What people do with their own subscriptions, and what administrators grant of anybody's. */
@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly subscriptions: SubscriptionsRepository,
    private readonly catalog: ModelCatalog,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** Active at once, or pending where the model needs approval. */
  async subscribe(actor: Principal, wanted: CreateSubscriptionDto): Promise<SubscriptionEntity> {
    const { userId } = personOf(actor);
    const { modelId, quotaRequests = QUOTA.requests, quotaTokens = QUOTA.tokens } = wanted;
    const { restricted } = await this.modelOf(modelId);
    const status = restricted ? 'pending' : 'active';
    return this.work.run(async () => {
      const row = { id: newId(), userId, modelId, status, quotaRequests, quotaTokens } as const;
      const subscription = await this.subscriptions.insert(row);
      if (!subscription) throw subscriptionErrors.subscription_exists({ param: 'modelId' });
      await this.events.publish(new SubscriptionRequested(actor, subscription));
      return subscription;
    });
  }

  list(actor: Principal, query: ListSubscriptionsQueryDto): Promise<Page<SubscriptionEntity>> {
    return this.subscriptions.listOwned(personOf(actor).userId, query);
  }

  async get(actor: Principal, id: string): Promise<SubscriptionEntity> {
    const subscription = await this.subscriptions.findOwned(personOf(actor).userId, id);
    if (!subscription) throw subscriptionErrors.subscription_not_found();
    return subscription;
  }

  /** @throws DomainError subscription_not_found */
  setQuotas(actor: Principal, id: string, wish: SetQuotasDto): Promise<SubscriptionEntity> {
    return this.work.run(async () => {
      const before = await this.subscriptions.lock(id);
      if (!before) throw subscriptionErrors.subscription_not_found();
      const { quotaRequests = before.quotaRequests, quotaTokens = before.quotaTokens } = wish;
      if (quotaRequests === before.quotaRequests && quotaTokens === before.quotaTokens) return before;
      await this.subscriptions.setQuotas(id, { quotaRequests, quotaTokens });
      const after = await this.subscriptions.findOwned(before.userId, id);
      if (!after) throw subscriptionErrors.subscription_not_found();
      await this.events.publish(new SubscriptionQuotasSet(actor, after, before));
      return after;
    });
  }

  /** A denied or suspended one stays as it is: cancelling and subscribing again must not undo a decision. */
  async cancel(actor: Principal, id: string): Promise<SubscriptionEntity> {
    const { userId } = personOf(actor);
    return this.work.run(async () => {
      const before = await this.subscriptions.lockOwned(userId, id);
      if (!before) throw subscriptionErrors.subscription_not_found();
      if (before.status !== 'active' && before.status !== 'pending') {
        throw subscriptionErrors.subscription_not_cancellable();
      }
      await this.subscriptions.setStatus(userId, id, 'cancelled');
      const after = await this.get(actor, id);
      await this.events.publish(new SubscriptionCancelled(actor, after, before.status));
      return after;
    });
  }

  /** Straight from the database: whether approval is needed must not be seconds old. */
  private async modelOf(id: string): Promise<ResolvedModel> {
    const [model] = await this.catalog.findMany([id]);
    if (model) return model;
    const known = (await this.catalog.existing([id])).has(id);
    throw known
      ? subscriptionErrors.model_unavailable({ param: 'modelId' })
      : subscriptionErrors.model_not_found({ param: 'modelId' });
  }
}
