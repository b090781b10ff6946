import { Column, Entity, PrimaryColumn } from 'typeorm';
import { asCount } from '#libs/database';

export const SUBSCRIPTION_STATUSES = ['active', 'pending', 'denied', 'suspended', 'cancelled', 'expired'] as const;
export type SubscriptionStatus = (typeof SUBSCRIPTION_STATUSES)[number];

/** A person's right to a model; one for each person and model. */
@Entity('subscriptions')
export class SubscriptionEntity {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Column({ name: 'user_id', type: 'uuid' })
  userId: string;

  @Column({ name: 'model_id', type: 'text' })
  modelId: string;

  @Column({ type: 'text' })
  status: SubscriptionStatus;

  @Column({ name: 'quota_requests', type: 'bigint', transformer: asCount })
  quotaRequests: number;

  @Column({ name: 'quota_tokens', type: 'bigint', transformer: asCount })
  quotaTokens: number;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
