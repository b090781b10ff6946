import { newId } from '#libs/kernel';
import type { TestApp } from '../app.js';

export interface GivenSubscription {
  readonly id: string;
  readonly userId: string;
  readonly modelId: string;
}

export interface SubscriptionTraits {
  status?: 'active' | 'pending' | 'denied' | 'suspended' | 'cancelled' | 'expired';
  quotaRequests?: number;
  quotaTokens?: number;
}

/** A person's subscription to a model that exists; active, and more of it than a file of tests uses, unless said otherwise. */
export async function givenSubscription(
  t: TestApp,
  user: { readonly id: string },
  modelId: string,
  traits: SubscriptionTraits = {},
): Promise<GivenSubscription> {
  const id = newId();
  await t.db.query(
    `INSERT INTO subscriptions (id, user_id, model_id, status, quota_requests, quota_tokens)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      id,
      user.id,
      modelId,
      traits.status ?? 'active',
      traits.quotaRequests ?? 1_000_000,
      traits.quotaTokens ?? 1_000_000_000,
    ],
  );
  return { id, userId: user.id, modelId };
}
