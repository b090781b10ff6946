import { createApp, type TestApp } from '../support/app.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { type GivenUser, givenUser } from '../support/given/users.js';

interface Subscription {
  id: string;
  userId: string;
  modelId: string;
  status: string;
  quotaRequests: number;
  quotaTokens: number;
}
interface One {
  data: Subscription;
}

describe('subscriptions', () => {
  let t: TestApp;
  let user: GivenUser;
  const subscribe = (body: object, who = user) => who.http.post<One>('/api/v1/subscriptions', body);

  beforeAll(async () => {
    t = await createApp();
  });
  beforeEach(async () => {
    user = await givenUser(t);
  });
  afterAll(() => t.close());

  it('S-01 subscribes at once, with the default quotas', async () => {
    const { id } = await givenModel(t);
    const { status, body } = await subscribe({ modelId: id });
    expect(status).toBe(201);
    expect(body.data).toMatchObject({
      userId: user.id,
      modelId: id,
      status: 'active',
      quotaRequests: 10_000,
      quotaTokens: 1_000_000,
    });
    expect((await user.http.get<One>(`/api/v1/subscriptions/${body.data.id}`)).body).toEqual(body);
  });

  it('S-01 grants less when less is asked for, and never more', async () => {
    const { id } = await givenModel(t);
    for (const more of [
      { quotaRequests: 10_001 },
      { quotaTokens: 1_000_001 },
      { quotaRequests: 0 },
      { status: 'active' },
    ]) {
      expect((await subscribe({ modelId: id, ...more })).status).toBe(400);
    }
    const { body } = await subscribe({ modelId: id, quotaRequests: 5, quotaTokens: 500 });
    expect(body.data).toMatchObject({ quotaRequests: 5, quotaTokens: 500 });
  });

  it('S-01 refuses a model that is unknown or not available', async () => {
    const away = await givenModel(t, { availability: 'unavailable' });
    const unknown = await subscribe({ modelId: 'nothing' });
    expect(unknown.status).toBe(404);
    expect(unknown.body).toMatchObject({ error: { code: 'model_not_found', param: 'modelId' } });
    const unavailable = await subscribe({ modelId: away.id });
    expect(unavailable.status).toBe(404);
    expect(unavailable.body).toMatchObject({ error: { code: 'model_unavailable' } });
  });

  it('S-02 refuses a second one', async () => {
    const { id } = await givenModel(t);
    await subscribe({ modelId: id });
    const second = await subscribe({ modelId: id });
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ error: { code: 'subscription_exists' } });
  });

  it('S-02 makes one row of posts that come together', async () => {
    const { id } = await givenModel(t);
    const answers = await Promise.all(Array.from({ length: 6 }, () => subscribe({ modelId: id })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409]);
    const { rowCount } = await t.db.query('SELECT 1 FROM subscriptions WHERE user_id = $1', [user.id]);
    expect(rowCount).toBe(1);
  });

  it('starts as pending where the model needs approval', async () => {
    const { id } = await givenModel(t, { restricted: true });
    const { status, body } = await subscribe({ modelId: id });
    expect([status, body.data.status]).toEqual([201, 'pending']);
  });

  it('lists own ones, newest first, by page and status', async () => {
    const stranger = await givenUser(t);
    const models = [await givenModel(t), await givenModel(t), await givenModel(t)];
    for (const { id } of models) {
      await subscribe({ modelId: id });
      await subscribe({ modelId: id }, stranger);
    }
    await givenSubscription(t, user, (await givenModel(t)).id, { status: 'denied' });
    const page = await user.http.get<{ data: Subscription[]; pagination: object }>(
      '/api/v1/subscriptions?status=active&limit=2',
    );
    expect(page.body.data.map(({ modelId, userId }) => [modelId, userId])).toEqual([
      [models[2]?.id, user.id],
      [models[1]?.id, user.id],
    ]);
    expect(page.body.pagination).toEqual({ page: 1, limit: 2, total: 3, totalPages: 2 });
    expect((await user.http.get('/api/v1/subscriptions?status=gone')).status).toBe(400);
  });

  it("does not know another person's", async () => {
    const stranger = await givenUser(t);
    const { id } = await givenSubscription(t, stranger, (await givenModel(t)).id);
    for (const answer of [
      await user.http.get(`/api/v1/subscriptions/${id}`),
      await user.http.post(`/api/v1/subscriptions/${id}/cancel`),
    ]) {
      expect(answer.status).toBe(404);
      expect(answer.body).toMatchObject({ error: { code: 'subscription_not_found' } });
    }
    const { rows } = await t.db.query('SELECT status FROM subscriptions WHERE id = $1', [id]);
    expect(rows).toEqual([{ status: 'active' }]);
  });

  it('cancels, once, and is taken up again without a higher quota', async () => {
    const { id: modelId } = await givenModel(t);
    const first = (await subscribe({ modelId, quotaTokens: 700 })).body.data;
    const cancelled = await user.http.post<One>(`/api/v1/subscriptions/${first.id}/cancel`);
    expect([cancelled.status, cancelled.body.data.status]).toEqual([200, 'cancelled']);
    const again = await user.http.post(`/api/v1/subscriptions/${first.id}/cancel`);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ error: { code: 'subscription_not_cancellable' } });
    const renewed = await subscribe({ modelId });
    expect(renewed.status).toBe(201);
    expect(renewed.body.data).toMatchObject({
      id: first.id,
      status: 'active',
      quotaRequests: 10_000,
      quotaTokens: 700,
    });
  });

  it('leaves a decision alone: denied and suspended cannot be cancelled, nor asked for again', async () => {
    for (const status of ['denied', 'suspended', 'expired'] as const) {
      const { id: modelId } = await givenModel(t);
      const { id } = await givenSubscription(t, user, modelId, { status });
      expect((await user.http.post(`/api/v1/subscriptions/${id}/cancel`)).status).toBe(409);
      expect((await subscribe({ modelId })).status).toBe(409);
    }
  });

  it('leaves one audit row for each change', async () => {
    const { id: modelId } = await givenModel(t);
    const { body } = await subscribe({ modelId });
    await subscribe({ modelId });
    await user.http.post(`/api/v1/subscriptions/${body.data.id}/cancel`);
    const { rows } = await t.db.query<{ action: string; actor_id: string }>(
      "SELECT action, actor_id FROM audit_logs WHERE resource_type = 'subscription' AND resource_id = $1 ORDER BY id",
      [body.data.id],
    );
    expect(rows).toEqual([
      { action: 'SUBSCRIPTION_CREATED', actor_id: user.id },
      { action: 'SUBSCRIPTION_CANCELLED', actor_id: user.id },
    ]);
  });

  it('is read but not written by a read-only administrator', async () => {
    const reader = await givenUser(t, { role: 'admin-readonly' });
    const { id } = await givenModel(t);
    expect((await subscribe({ modelId: id }, reader)).status).toBe(403);
    expect((await reader.http.get('/api/v1/subscriptions')).status).toBe(200);
  });
});
