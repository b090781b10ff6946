import { Injectable } from '@nestjs/common';
import { ReadThroughCache } from '#libs/cache';
import { ChangeFeed, OnEvent } from '#libs/events';
import type { DomainError } from '#libs/kernel';
import { SubscriptionChanged } from './events/subscription.events.js';
import { subscriptionErrors } from './subscriptions.errors.js';
import { type Grant, SubscriptionsRepository } from './subscriptions.repository.js';

/** Whether a person may use a model. */
export type Entitlement = Right | { readonly admitted: false; readonly error: DomainError };

interface Right {
  readonly admitted: true;
  /** How much of it, in a period. */
  readonly quota: { readonly subscriptionId: string; readonly requests: number; readonly tokens: number };
}

const UUID_LENGTH = 36;

/** Says who may use which model, from memory wherever it can. */
@Injectable()
export class Entitlements {
  // Only rights are kept. A refusal is looked up each time, so that a new subscription counts at once on every replica.
  private readonly rights = new ReadThroughCache(
    async (key) => {
      const found = await this.subscriptions.grantOf(key.slice(0, UUID_LENGTH), key.slice(UUID_LENGTH));
      return found?.status === 'active' ? rightOf(found) : undefined;
    },
    { freshMs: 5_000, keptMs: 15 * 60_000, max: 100_000 },
  );

  constructor(
    private readonly subscriptions: SubscriptionsRepository,
    changes: ChangeFeed,
  ) {
    changes.on('subscriptions', (names) => this.rights.evict(names.replace(' ', '')));
    changes.onGap(() => this.rights.clear());
  }

  /** A right is at most a few seconds old; older while the database is away. */
  async admit(userId: string, modelId: string): Promise<Entitlement> {
    return (await this.rights.get(userId + modelId)) ?? this.refusal(userId, modelId);
  }

  /** Those of the models to which the person has an active subscription. */
  async activeModels(userId: string, modelIds: readonly string[]): Promise<Set<string>> {
    return new Set(modelIds.length === 0 ? [] : await this.subscriptions.activeModels(userId, modelIds));
  }

  @OnEvent(SubscriptionChanged, 'after-commit')
  forget({ subscription: { userId, modelId } }: SubscriptionChanged): void {
    this.rights.evict(userId + modelId);
  }

  private async refusal(userId: string, modelId: string): Promise<Entitlement> {
    const found = await this.subscriptions.grantOf(userId, modelId);
    // Approved between the two questions.
    if (found?.status === 'active') return rightOf(found);
    const status = found?.status;
    const error =
      status === undefined || status === 'cancelled'
        ? subscriptionErrors.subscription_required({ param: 'model' })
        : subscriptionErrors.subscription_not_active({
            message: `The subscription to this model is ${status}.`,
            param: 'model',
          });
    return { admitted: false, error };
  }
}

function rightOf({ id, quotaRequests, quotaTokens }: Grant): Right {
  return { admitted: true, quota: { subscriptionId: id, requests: quotaRequests, tokens: quotaTokens } };
}
