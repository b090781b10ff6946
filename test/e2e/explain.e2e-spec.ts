import { newId } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const USD = 10n ** 12n;

interface Explanation {
  readonly data: Record<string, unknown> & { budgets: Record<string, unknown>[] };
}

describe('explain', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let user: GivenUser;
  let key: GivenApiKey;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'm1', inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001, maxInputTokens: 128_000 }]);
    t = await createApp({ environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream-0123456789abcdef' } });
    user = await givenUser(t);
    await givenSubscription(t, user, 'm1');
    key = await givenApiKey(t, user, ['m1']);
  });
  beforeEach(() => up.reset());
  afterEach(async () => {
    expect(up.requests).toHaveLength(0);
    const { rows } = await t.db.query('SELECT 1 FROM budget_leases');
    expect(rows).toEqual([]);
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const explain = (http: TestHttp, wish: object): Promise<TestResponse<Explanation>> =>
    http.post<Explanation>('/api/v1/gateway/explain', wish);
  const givenBudget = (scope: string, scopeId: string, amount: bigint) =>
    t.db.query("INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, $2, $3, $4, 'total')", [
      newId(),
      scope,
      scopeId,
      amount.toString(),
    ]);

  it('says what a call that is allowed would cost at most, and holds nothing', async () => {
    const { status, body } = await explain(user.http, { apiKeyId: key.id, model: 'm1', bytes: 936, maxTokens: 100 });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      allowed: true,
      rule: null,
      reason: null,
      apiKeyId: key.id,
      model: 'm1',
      provider: 'litellm',
      price: { input: '0.0000025', output: '0.00001', cachedRead: null },
      // A thousand tokens of prompt and its frame, a hundred of answer.
      worstCase: '0.0035',
      held: '0',
      budgets: [],
    });
  });

  it('takes the key itself, and the size of the messages', async () => {
    const small = await explain(user.http, { key: key.key, model: 'm1', messages: [], maxTokens: 1 });
    const messages = [{ role: 'user', content: 'x'.repeat(1_000) }];
    const large = await explain(user.http, { key: key.key, model: 'm1', messages, maxTokens: 1 });
    const [least, more] = [small, large].map(({ body }) => Number(body.data['worstCase']));
    expect((more ?? 0) - (least ?? 0)).toBeGreaterThan(1_000 * 0.0000025);
  });

  it('names the budget that cannot pay for it, with what is left', async () => {
    const capped = await givenApiKey(t, user, ['m1']);
    await givenBudget('key', capped.id, USD / 1_000n);
    const wish = { apiKeyId: capped.id, model: 'm1', bytes: 936, maxTokens: 100 };
    const { body } = await explain(user.http, wish);
    expect(body.data).toMatchObject({ allowed: false, rule: 'key_budget_exceeded', worstCase: '0.0035', held: '0' });
    expect(body.data.budgets).toEqual([
      { scope: 'key', limit: '0.001', spent: '0', remaining: '0.001', resetsAt: null, sufficient: false },
    ]);
    await t.db.query('UPDATE budgets SET amount = $2 WHERE scope_id = $1', [capped.id, USD.toString()]);
    expect((await explain(user.http, wish)).body.data).toMatchObject({ allowed: true, held: '0.0035' });
  });

  it.each([
    ['model_not_allowed', async () => ({ apiKeyId: key.id, model: 'another' })],
    [
      'subscription_required',
      async () => {
        const { id } = await givenModel(t, { provider: 'litellm' });
        return { apiKeyId: (await givenApiKey(t, user, [id])).id, model: id };
      },
    ],
    [
      'model_unavailable',
      async () => {
        const { id } = await givenModel(t, { provider: 'litellm', availability: 'unavailable' });
        return { apiKeyId: (await givenApiKey(t, user, [id])).id, model: id };
      },
    ],
    [
      'no_upstream_available',
      async () => {
        const { id } = await givenModel(t, { provider: 'not-configured' });
        await givenSubscription(t, user, id);
        return { apiKeyId: (await givenApiKey(t, user, [id])).id, model: id };
      },
    ],
    [
      'invalid_api_key',
      async () => ({ apiKeyId: (await givenApiKey(t, user, ['m1'], { revokedAt: new Date() })).id, model: 'm1' }),
    ],
  ])('names the rule %s', async (rule, given) => {
    const { status, body } = await explain(user.http, await given());
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ allowed: false, rule, reason: expect.any(String) as string, held: '0' });
  });

  it("shows nobody else's key but to administrators", async () => {
    const wish = { apiKeyId: key.id, model: 'm1' };
    const [other, admin] = [await givenUser(t), await givenUser(t, { role: 'admin' })];
    expect((await explain(other.http, wish)).status).toBe(404);
    expect((await explain(admin.http, wish)).status).toBe(200);
    expect((await explain(t.http, wish)).status).toBe(401);
  });

  it('wants one key, by one name', async () => {
    expect((await explain(user.http, { model: 'm1' })).status).toBe(400);
    expect((await explain(user.http, { model: 'm1', apiKeyId: key.id, key: key.key })).status).toBe(400);
  });
});
