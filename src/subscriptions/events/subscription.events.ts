import type { Principal } from '#libs/access';
import { type AuditEntry, AuditableEvent } from '#libs/events';

/** What others may know of a subscription. */
export interface SubscriptionFacts {
  readonly id: string;
  readonly userId: string;
  readonly modelId: string;
  readonly status: string;
  readonly quotaRequests: number;
  readonly quotaTokens: number;
}

/** A subscription is not what it was. */
export abstract class SubscriptionChanged extends AuditableEvent {
  constructor(
    actor: Principal,
    readonly subscription: SubscriptionFacts,
  ) {
    super(actor);
  }
}

/** Somebody subscribed to a model, for the first time or again after cancelling. */
export class SubscriptionRequested extends SubscriptionChanged {
  audit(): AuditEntry {
    const { id, userId, modelId, status, quotaRequests, quotaTokens } = this.subscription;
    return {
      action: 'SUBSCRIPTION_CREATED',
      resourceType: 'subscription',
      resourceId: id,
      newValues: { userId, modelId, status, quotaRequests, quotaTokens },
    };
  }
}

/** An administrator changed how much of a model somebody may use. */
export class SubscriptionQuotasSet extends SubscriptionChanged {
  constructor(
    actor: Principal,
    subscription: SubscriptionFacts,
    readonly before: Pick<SubscriptionFacts, 'quotaRequests' | 'quotaTokens'>,
  ) {
    super(actor, subscription);
  }

  audit(): AuditEntry {
    const { id, userId, modelId, quotaRequests, quotaTokens } = this.subscription;
    return {
      action: 'SUBSCRIPTION_QUOTAS_SET',
      resourceType: 'subscription',
      resourceId: id,
      oldValues: { quotaRequests: this.before.quotaRequests, quotaTokens: this.before.quotaTokens },
      newValues: { userId, modelId, quotaRequests, quotaTokens },
    };
  }
}

/** Somebody gave a subscription up. */
export class SubscriptionCancelled extends SubscriptionChanged {
  constructor(
    actor: Principal,
    subscription: SubscriptionFacts,
    readonly previousStatus: string,
  ) {
    super(actor, subscription);
  }

  audit(): AuditEntry {
    const { id, userId, modelId, status } = this.subscription;
    return {
      action: 'SUBSCRIPTION_CANCELLED',
      resourceType: 'subscription',
      resourceId: id,
      oldValues: { status: this.previousStatus },
      newValues: { userId, modelId, status },
    };
  }
}
