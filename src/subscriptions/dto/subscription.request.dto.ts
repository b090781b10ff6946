import { Int, OneOf, PageQueryDto, Text } from '#libs/http';
import { SUBSCRIPTION_STATUSES } from '../subscription.entity.js';

/** What a subscription grants unless less is asked for. Only administrators grant more. */
export const QUOTA = { requests: 10_000, tokens: 1_000_000 } as const;

/** Which model, and how much of it. */
export class CreateSubscriptionDto {
  @Text({ description: 'Name of the model.', example: 'gpt-4o', min: 1, max: 512 })
  modelId: string;

  @Int({
    description: 'Most calls in a calendar month in UTC; at most the default.',
    example: 10_000,
    min: 1,
    max: QUOTA.requests,
    optional: true,
  })
  quotaRequests?: number;

  @Int({
    description: 'Most tokens in a calendar month in UTC, in and out; at most the default.',
    example: 1_000_000,
    min: 1,
    max: QUOTA.tokens,
    optional: true,
  })
  quotaTokens?: number;
}

/** More than anybody uses; also what a sum of such counts is exact to. */
const MOST = 1_000_000_000_000;

/** How much of a model, in a calendar month in UTC; what is left out stays. */
export class SetQuotasDto {
  @Int({ description: 'Most calls a month.', example: 50_000, min: 0, max: MOST, optional: true })
  quotaRequests?: number;

  @Int({ description: 'Most tokens a month, in and out.', example: 5_000_000, min: 0, max: MOST, optional: true })
  quotaTokens?: number;
}

/** Which of the own subscriptions. */
export class ListSubscriptionsQueryDto extends PageQueryDto {
  @OneOf(SUBSCRIPTION_STATUSES, {
    description: 'Only subscriptions with this status.',
    example: 'active',
    optional: true,
  })
  status?: string;
}
