import { Injectable } from '@nestjs/common';
import { HotSql, paginate, type PreparedStatement, UnitOfWork } from '#libs/database';
import type { Page } from '#libs/kernel';
import { SubscriptionEntity, type SubscriptionStatus } from './subscription.entity.js';

/** A subscription that is asked for. */
export type NewSubscription = Pick<
  SubscriptionEntity,
  'id' | 'userId' | 'modelId' | 'status' | 'quotaRequests' | 'quotaTokens'
>;

/** What calls to a model are let through by. */
export type Grant = Pick<SubscriptionEntity, 'id' | 'status' | 'quotaRequests' | 'quotaTokens'>;

const GRANT: PreparedStatement = {
  name: 'subscriptions.grant',
  text: `SELECT id, status, quota_requests::float8 AS "quotaRequests", quota_tokens::float8 AS "quotaTokens"
           FROM subscriptions WHERE user_id = $1 AND model_id = $2`,
};

/** The questions about subscriptions. The owner is part of the question, unless an administrator asks. */
@Injectable()
export class SubscriptionsRepository {
  constructor(
    private readonly work: UnitOfWork,
    private readonly hot: HotSql,
  ) {}

  /**
   * Inserts a subscription, or takes a cancelled one up again. Taking it up again never raises its quotas: somebody
   * may have lowered them.
   *
   * @returns undefined when the person has one already, also when another request made it a moment ago
   */
  async insert(wanted: NewSubscription): Promise<SubscriptionEntity | undefined> {
    const rows: { id: string }[] = await this.work.manager.query(
      `INSERT INTO subscriptions AS known (id, user_id, model_id, status, quota_requests, quota_tokens)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (user_id, model_id) DO UPDATE
          SET status = excluded.status, updated_at = now(),
              quota_requests = least(known.quota_requests, excluded.quota_requests),
              quota_tokens = least(known.quota_tokens, excluded.quota_tokens)
        WHERE known.status = 'cancelled'
       RETURNING id`,
      [wanted.id, wanted.userId, wanted.modelId, wanted.status, wanted.quotaRequests, wanted.quotaTokens],
    );
    const [row] = rows;
    return row && ((await this.findOwned(wanted.userId, row.id)) ?? undefined);
  }

  findOwned(userId: string, id: string): Promise<SubscriptionEntity | null> {
    return this.work.manager.getRepository(SubscriptionEntity).findOneBy({ id, userId });
  }

  /** Like {@link findOwned}, and nobody else changes it until the transaction ends. */
  lockOwned(userId: string, id: string): Promise<SubscriptionEntity | null> {
    return this.work.manager
      .getRepository(SubscriptionEntity)
      .findOne({ where: { id, userId }, lock: { mode: 'pessimistic_write' } });
  }

  /** Anybody's, and nobody else changes it until the transaction ends. */
  lock(id: string): Promise<SubscriptionEntity | null> {
    return this.work.manager
      .getRepository(SubscriptionEntity)
      .findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async setQuotas(
    id: string,
    { quotaRequests, quotaTokens }: Pick<SubscriptionEntity, 'quotaRequests' | 'quotaTokens'>,
  ): Promise<void> {
    await this.work.manager.query(
      'UPDATE subscriptions SET quota_requests = $2, quota_tokens = $3, updated_at = now() WHERE id = $1',
      [id, quotaRequests, quotaTokens],
    );
  }

  /** Newest first. */
  listOwned(
    userId: string,
    { status, ...page }: { status?: string | undefined; page: number; limit: number },
  ): Promise<Page<SubscriptionEntity>> {
    const own = this.work.manager
      .getRepository(SubscriptionEntity)
      .createQueryBuilder('subscription')
      .where('subscription.user_id = :userId', { userId })
      .orderBy('subscription.id', 'DESC');
    if (status !== undefined) own.andWhere('subscription.status = :status', { status });
    return paginate(own, page);
  }

  /** How many a person has, and how many of them are active or wait for an approval. */
  async countOwned(userId: string): Promise<{ total: number; active: number; pending: number }> {
    const rows: { status: SubscriptionStatus; count: number }[] = await this.work.manager.query(
      'SELECT status, count(*)::int AS count FROM subscriptions WHERE user_id = $1 GROUP BY status',
      [userId],
    );
    const countOf = (wanted: SubscriptionStatus): number => rows.find(({ status }) => status === wanted)?.count ?? 0;
    const total = rows.reduce((sum, { count }) => sum + count, 0);
    return { total, active: countOf('active'), pending: countOf('pending') };
  }

  async setStatus(userId: string, id: string, status: SubscriptionStatus): Promise<void> {
    await this.work.manager.query(
      'UPDATE subscriptions SET status = $3, updated_at = now() WHERE user_id = $1 AND id = $2',
      [userId, id, status],
    );
  }

  /** What a person's subscription to a model grants, on the gateway's path. */
  async grantOf(userId: string, modelId: string): Promise<Grant | undefined> {
    const [grant] = await this.hot.query<Grant>(GRANT, [userId, modelId]);
    return grant;
  }

  /** Those of the models to which the person has an active subscription. */
  async activeModels(userId: string, modelIds: readonly string[]): Promise<string[]> {
    const rows: { model: string }[] = await this.work.manager.query(
      `SELECT model_id AS model FROM subscriptions WHERE user_id = $1 AND model_id = ANY ($2) AND status = 'active'`,
      [userId, modelIds],
    );
    return rows.map(({ model }) => model);
  }
}
