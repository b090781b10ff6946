import { HotSql } from '#libs/database';
import { ChangeFeed } from '#libs/events';
import { verifyLedger } from '../../src/usage/verify/ledger.verification.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { type GivenApiKey, givenApiKey } from '../support/given/api-keys.js';
import { type GivenSubscription, givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

const MONTH_SECONDS = 31 * 86_400;
const body = { model: 'm1', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] };
const used = (total: number) => ({
  usage: { prompt_tokens: total - 1, completion_tokens: 1, total_tokens: total },
});

describe('quotas of subscriptions', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let second: TestApp;
  let admin: GivenUser;
  let user: GivenUser;
  let key: GivenApiKey;
  let subscription: GivenSubscription;

  beforeAll(async () => {
    up = (await FakeUpstream.start()).models(['m1', 'm2']);
    t = await createApp({ environment: { LITELLM_API_URL: up.url } });
    second = await createApp({ environment: { LITELLM_API_URL: up.url }, databaseUrl: t.databaseUrl });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(() => up.reset());
  afterEach(async () => {
    const { checks } = await verifyLedger(t.databaseUrl);
    expect(checks.filter(({ holds }) => !holds).flatMap(({ findings }) => findings)).toEqual([]);
  });
  afterAll(async () => {
    await second.close();
    await t.close();
    await up.stop();
  });

  const given = async (quota: { quotaRequests?: number; quotaTokens?: number }): Promise<void> => {
    user = await givenUser(t);
    subscription = await givenSubscription(t, user, 'm1', quota);
    await givenSubscription(t, user, 'm2');
    key = await givenApiKey(t, user, ['m1', 'm2']);
  };
  const call = (at = t, more: object = {}): Promise<TestResponse> =>
    at.http.bearer(key.key).post('/v1/chat/completions', { ...body, ...more });
  const posts = (): number => up.calls.length;
  const exceeded = (answer: TestResponse): void =>
    expect([answer.status, answer.body]).toMatchObject([
      429,
      { error: { code: 'quota_exceeded', type: 'rate_limit_error' } },
    ]);
  const counted = async (): Promise<unknown> =>
    (
      await t.db.query(
        'SELECT requests::int, tokens::int FROM quota_periods WHERE subscription_id = $1 ORDER BY starts_at',
        [subscription.id],
      )
    ).rows;

  it('refuse the call after the last one of the period, say when the next period begins, and send nothing', async () => {
    await given({ quotaRequests: 2 });
    expect((await call()).status).toBe(200);
    expect((await call(t, { stream: true })).status).toBe(200);
    const refused = await call();
    exceeded(refused);
    const seconds = Number(refused.headers.get('retry-after'));
    const month = new Date();
    const nextMonth = Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1);
    expect(Math.abs(seconds - (nextMonth - Date.now()) / 1_000)).toBeLessThan(5);
    expect(seconds).toBeLessThanOrEqual(MONTH_SECONDS);
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': `${seconds}`,
      'ratelimit-policy': expect.stringMatching(/^"requests";q=2;w=2\d{6}$/) as string,
    });
    expect(posts()).toBe(2);
    expect((await call(t, { model: 'm2' })).status).toBe(200);
    expect(await counted()).toMatchObject([{ requests: 2 }]);
  });

  it('count the tokens that were used, in and out', async () => {
    await given({ quotaTokens: 100 });
    for (const tokens of [30, 40, 50]) {
      up.next(used(tokens));
      expect((await call()).status).toBe(200);
    }
    const refused = await call();
    exceeded(refused);
    expect(refused.headers.get('ratelimit-policy')).toMatch(/^"tokens";q=100;w=/);
    expect(await counted()).toEqual([{ requests: 3, tokens: 120 }]);
  });

  it('are one for all replicas, which need no question for a call', async () => {
    await given({ quotaRequests: 6 });
    const replicas = [t, second];
    const heard = replicas.map(
      ({ app }) =>
        new Promise<void>((resolve) => {
          app.get(ChangeFeed).on('quotas', (id) => id === subscription.id && resolve());
        }),
    );
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await call(replicas[i % 2])).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200]);
    await Promise.all(heard);
    for (const replica of replicas) exceeded(await call(replica));
    await given({});
    await call();
    await call();
    const asked = jest.spyOn(t.app.get(HotSql), 'query');
    for (let i = 0; i < 20; i += 1) await call();
    const names = asked.mock.calls.map(([statement]) => statement.name);
    asked.mockRestore();
    expect(names.filter((name) => name === 'usage_ledger_append')).toHaveLength(20);
    expect(names).not.toContain('quota_use');
  });

  it('let exactly as many calls run at a time as are left', async () => {
    await given({ quotaRequests: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => call()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    answers.filter(({ status }) => status !== 200).forEach(exceeded);
    expect(posts()).toBe(5);
  });

  it('count nothing for a call that failed, or that something else refused', async () => {
    await given({ quotaRequests: 1 });
    up.nextError(400);
    expect((await call()).status).toBe(400);
    await user.http.patch(`/api/v1/api-keys/${key.id}`, { maxBudget: '0' });
    expect((await call()).status).toBe(402);
    await user.http.patch(`/api/v1/api-keys/${key.id}`, { maxBudget: null });
    expect((await call()).status).toBe(200);
    exceeded(await call());
  });

  it('begin anew with a period, which is a row of its own, and follow a quota that is changed', async () => {
    await given({ quotaRequests: 1 });
    expect((await call()).status).toBe(200);
    for (const replica of [t, second]) exceeded(await call(replica));
    await t.db.query(
      `INSERT INTO quota_periods (subscription_id, starts_at, ends_at)
       SELECT $1, clock_timestamp(), ends_at FROM quota_periods WHERE subscription_id = $1`,
      [subscription.id],
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await call(second)).status).toBe(200);
    for (const replica of [t, second]) exceeded(await call(replica));
    expect(await counted()).toMatchObject([{ requests: 1 }, { requests: 1 }]);
    const path = `/api/v1/subscriptions/${subscription.id}`;
    expect((await user.http.patch(path, { quotaRequests: 2 })).status).toBe(403);
    const audited = await auditedBy(t, async () => {
      const { status, body: raised } = await admin.http.patch(path, { quotaRequests: 2 });
      expect([status, raised]).toMatchObject([200, { data: { quotaRequests: 2, quotaTokens: 1_000_000_000 } }]);
    });
    expect(audited).toMatchObject([{ action: 'SUBSCRIPTION_QUOTAS_SET', old_values: { quotaRequests: 1 } }]);
    expect((await call()).status).toBe(200);
    exceeded(await call());
  });

  it('are named by explain as the rule that refuses', async () => {
    await given({ quotaRequests: 1 });
    const explain = async (): Promise<unknown> =>
      (await user.http.post('/api/v1/gateway/explain', { apiKeyId: key.id, model: 'm1' })).body;
    expect(await explain()).toMatchObject({ data: { allowed: true, rule: null } });
    expect((await call()).status).toBe(200);
    expect(await explain()).toMatchObject({ data: { allowed: false, rule: 'quota_exceeded' } });
  });
});
