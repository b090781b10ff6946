import { Id, Instant, Int, OneOf, Text } from '#libs/http';
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from '../subscription.entity.js';

/** A person's right to a model. */
export class SubscriptionDto {
  @Id({ description: 'The id.', example: '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11' })
  id: string;

  @Id({ description: 'Whose it is.', example: '0190b5c2-5d1a-7b0e-8f32-6a9d1c4e2b70' })
  userId: string;

  @Text({ description: 'Name of the model.', example: 'gpt-4o' })
  modelId: string;

  @OneOf(SUBSCRIPTION_STATUSES, {
    description: 'Only an active one lets calls through; a restricted model starts as pending.',
    example: 'active',
  })
  status: SubscriptionStatus;

  @Int({ description: 'Most calls in a calendar month in UTC.', example: 10_000 })
  quotaRequests: number;

  @Int({ description: 'Most tokens in a calendar month in UTC, in and out.', example: 1_000_000 })
  quotaTokens: number;

  @Instant({ description: 'When it was first asked for.', example: '2026-11-20T09:30:00.000Z' })
  createdAt: Date;

  @Instant({ description: 'When it last changed.', example: '2026-11-20T09:30:00.000Z' })
  updatedAt: Date;
}
