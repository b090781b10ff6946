import { newId, picoToUsd } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';
import { planOf, selectsOf } from '../support/query-plan.js';

interface Totals {
  requests: number;
  failedRequests: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  cost: string;
}
interface Summary {
  data: { startDate: string; endDate: string; totals: Totals; byModel: (Totals & { modelId: string })[] };
}
interface Logs {
  data: Record<string, unknown>[];
  pagination: { limit: number; nextCursor: string | null };
}
interface Failure {
  error: { code: string; type: string };
}

const SUMMARY = '/api/v1/usage/summary';
const LOGS = '/api/v1/usage/logs';
const NOTHING: Totals = {
  requests: 0,
  failedRequests: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  cost: '0',
};

describe('usage', () => {
  let t: TestApp;
  let upstream: FakeUpstream;

  beforeAll(async () => {
    upstream = await FakeUpstream.start();
    upstream.models(['m1', 'm2']);
    t = await createApp({ environment: { LITELLM_API_URL: upstream.url, LITELLM_API_KEY: 'sk-upstream' } });
  });
  afterAll(async () => {
    await t.close();
    await upstream.stop();
  });

  /** A settled call at a time of the test's choice. */
  const givenCall = async (user: { id: string }, facts: Partial<Call> = {}): Promise<Call> => {
    const call: Call = {
      id: newId(),
      apiKeyId: newId(),
      modelId: 'm1',
      status: 'completed',
      input: 100,
      cached: 40,
      output: 10,
      cost: 1_234_567_890_123n,
      at: new Date(),
      ...facts,
    };
    await t.db.query(
      `INSERT INTO usage_events (id, request_id, user_id, api_key_id, model_id, provider_id, operation, status,
                                 streamed, input_tokens, cached_input_tokens, output_tokens, tokens_source, cost,
                                 latency_ms, created_at)
       VALUES ($1, 'r', $2, $3, $4, $1, 'chat.completions', $5, false, $6, $7, $8, 'provider', $9, 5, $10)`,
      [
        call.id,
        user.id,
        call.apiKeyId,
        call.modelId,
        call.status,
        call.input,
        call.cached,
        call.output,
        call.cost.toString(),
        call.at,
      ],
    );
    return call;
  };
  const summary = (user: GivenUser, query = ''): Promise<TestResponse<Summary & Failure>> =>
    user.http.get<Summary & Failure>(`${SUMMARY}?${query}`);
  const logs = (user: GivenUser, query = ''): Promise<TestResponse<Logs & Failure>> =>
    user.http.get<Logs & Failure>(`${LOGS}?${query}`);

  it('US-01 shows a call with its user, key, model, provider key, tokens, cost, time and request id', async () => {
    const user = await givenUser(t);
    const model = await givenModel(t, {
      upstreamName: 'm1',
      inputPrice: 150_000n,
      outputPrice: 600_000n,
      cachedInputPrice: 75_000n,
    });
    await givenSubscription(t, user, model.id);
    const key = await givenApiKey(t, user, [model.id]);
    upstream.next({
      usage: {
        prompt_tokens: 1_000,
        completion_tokens: 50,
        total_tokens: 1_050,
        prompt_tokens_details: { cached_tokens: 400 },
      },
    });
    const answer = await key.http.post('/v1/chat/completions', {
      model: model.id,
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(answer.status).toBe(200);
    const { data } = (await logs(user)).body;
    expect(data).toHaveLength(1);
    const cost = picoToUsd(600n * 150_000n + 400n * 75_000n + 50n * 600_000n);
    expect(data[0]).toMatchObject({
      requestId: answer.headers.get('x-request-id'),
      userId: user.id,
      apiKeyId: key.id,
      modelId: model.id,
      providerId: model.providerId,
      operation: 'chat.completions',
      status: 'completed',
      httpStatus: 200,
      streamed: false,
      inputTokens: 1_000,
      cachedInputTokens: 400,
      outputTokens: 50,
      tokensSource: 'provider',
      cost,
    });
    const { rows } = await t.db.query<{ id: string }>('SELECT id FROM provider_keys WHERE provider_id = $1', [
      model.providerId,
    ]);
    expect(data[0]?.['providerKeyId']).toBe(rows[0]?.id);
    expect(data[0]?.['latencyMs']).toBeGreaterThanOrEqual(data[0]?.['firstByteMs'] as number);
    expect(Object.keys(data[0] ?? {})).not.toContain('requestBody');
    expect((await summary(user)).body.data.totals).toMatchObject({ requests: 1, inputTokens: 1_000, cost });
  });

  it('US-02 sums up exactly what the rows say, also model by model and key by key', async () => {
    const user = await givenUser(t);
    const apiKeyId = newId();
    for (let i = 0; i < 25; i += 1) {
      await givenCall(user, {
        modelId: i % 3 === 0 ? 'm2' : 'm1',
        status: i % 5 === 0 ? 'failed' : i % 7 === 0 ? 'aborted' : 'completed',
        // A float would lose the end of this.
        cost: 9_007_199_254_740_993n + BigInt(i),
        input: 10 * i,
        ...(i % 2 === 0 ? { apiKeyId } : {}),
      });
    }
    await givenCall(await givenUser(t));
    const { data } = (await summary(user)).body;
    expect(data.totals).toEqual(await sqlSums(t, 'user_id = $1', [user.id]));
    expect(data.totals).toMatchObject({ requests: 25, failedRequests: 5 });
    expect(data.byModel.map(({ modelId }) => modelId).sort()).toEqual(['m1', 'm2']);
    for (const { modelId, ...totals } of data.byModel) {
      const sums = await sqlSums(t, 'user_id = $1 AND model_id = $2', [user.id, modelId]);
      expect(totals).toEqual(sums);
      expect((await summary(user, `modelId=${modelId}`)).body.data.totals).toEqual(sums);
    }
    expect((await summary(user, `apiKeyId=${apiKeyId}`)).body.data.totals).toEqual(
      await sqlSums(t, 'user_id = $1 AND api_key_id = $2', [user.id, apiKeyId]),
    );
    expect((await summary(user, 'modelId=nothing')).body.data).toMatchObject({ totals: NOTHING, byModel: [] });
  });

  it('US-02 takes whole days in UTC and moments as they are, and refuses an end before its start', async () => {
    const user = await givenUser(t);
    const moments = [
      '2026-03-01T00:00:00Z',
      '2026-03-01T23:59:59.999Z',
      '2026-03-02T00:00:00Z',
      '2026-03-04T12:00:00Z',
    ];
    for (const at of moments) await givenCall(user, { at: new Date(at) });
    const requests = async (query: string): Promise<number> => (await summary(user, query)).body.data.totals.requests;
    expect(await requests('startDate=2026-03-01&endDate=2026-03-01')).toBe(2);
    expect(await requests('startDate=2026-03-01&endDate=2026-03-02')).toBe(3);
    expect(await requests('startDate=2026-03-02&endDate=2026-03-04')).toBe(2);
    expect(await requests('startDate=2026-03-01T01:00:00%2B01:00&endDate=2026-03-04T12:00:00Z')).toBe(3);
    const { startDate, endDate } = (await summary(user, 'startDate=2026-03-01&endDate=2026-03-02')).body.data;
    expect([startDate, endDate]).toEqual(['2026-03-01T00:00:00.000Z', '2026-03-03T00:00:00.000Z']);

    for (const path of [SUMMARY, LOGS]) {
      const refused = await user.http.get<Failure>(`${path}?startDate=2026-03-02&endDate=2026-03-01`);
      expect([refused.status, refused.body.error.code]).toEqual([400, 'range_invalid']);
      for (const query of [
        'startDate=soon',
        'startDate=2026-02-30',
        'startDate=2026-03',
        'endDate=2026-03-01T10:00:00',
      ]) {
        expect((await user.http.get(`${path}?${query}`)).status).toBe(400);
      }
    }
  });

  it('US-02 means the last 30 days when no range is given', async () => {
    const user = await givenUser(t);
    const days = (count: number): Date => new Date(Date.now() - count * 86_400_000);
    await givenCall(user, { at: days(29.9) });
    await givenCall(user, { at: days(30.1) });
    await givenCall(user);
    expect((await summary(user)).body.data.totals.requests).toBe(2);
    expect((await summary(await givenUser(t))).body.data).toMatchObject({ totals: NOTHING, byModel: [] });
  });

  it('pages through the calls, newest first, and narrows them', async () => {
    const user = await givenUser(t);
    const apiKeyId = newId();
    const calls = [
      await givenCall(user, { at: new Date('2026-05-01T10:00:00Z') }),
      await givenCall(user, { modelId: 'm2' }),
      await givenCall(user, { status: 'failed' }),
      await givenCall(user, { apiKeyId }),
      await givenCall(user),
    ];
    const [dated, second, failed, keyed, newest] = calls.map(({ id }) => id);
    const idsOf = async (query: string): Promise<unknown[]> => (await logs(user, query)).body.data.map(({ id }) => id);

    const first = (await logs(user, 'limit=2')).body;
    expect(first.data.map(({ id }) => id)).toEqual([newest, keyed]);
    expect(first.pagination).toEqual({ limit: 2, nextCursor: keyed });
    // What arrives meanwhile moves no page.
    await givenCall(user);
    const next = (await logs(user, `limit=2&cursor=${first.pagination.nextCursor ?? ''}`)).body;
    expect(next.data.map(({ id }) => id)).toEqual([failed, second]);
    const last = (await logs(user, `limit=2&cursor=${next.pagination.nextCursor ?? ''}`)).body;
    expect(last.data.map(({ id }) => id)).toEqual([dated]);
    expect(last.pagination.nextCursor).toBeNull();

    expect(await idsOf('modelId=m2')).toEqual([second]);
    expect(await idsOf('status=failed')).toEqual([failed]);
    expect(await idsOf(`apiKeyId=${apiKeyId}`)).toEqual([keyed]);
    expect(await idsOf('startDate=2026-05-01&endDate=2026-05-01')).toEqual([dated]);
    expect((await logs(user, 'status=lost')).status).toBe(400);
    expect((await logs(user, 'cursor=1')).status).toBe(400);
  });

  it('US-07 shows own data only; administrators may look at others', async () => {
    const [user, other, admin, reader] = await Promise.all([
      givenUser(t),
      givenUser(t),
      givenUser(t, { role: 'admin' }),
      givenUser(t, { role: 'admin-readonly' }),
    ]);
    await givenCall(user, { cost: 7n });
    await givenCall(other, { cost: 11n });
    expect((await summary(user)).body.data.totals).toMatchObject({ requests: 1, cost: picoToUsd(7n) });
    expect((await summary(user, `userId=${user.id}`)).status).toBe(200);
    for (const read of [summary, logs]) {
      const refused = await read(user, `userId=${other.id}`);
      expect(refused.status).toBe(403);
      expect(refused.body.error).toMatchObject({ code: 'permission_denied', type: 'permission_error' });
    }
    for (const person of [admin, reader]) {
      expect((await summary(person)).body.data.totals.requests).toBe(0);
      expect((await summary(person, `userId=${other.id}`)).body.data.totals.cost).toBe(picoToUsd(11n));
      expect((await logs(person, `userId=${other.id}`)).body.data.map(({ userId }) => userId)).toEqual([other.id]);
    }
    expect((await t.http.get(SUMMARY)).status).toBe(401);
  });

  it('H-21 reads usage logs and summaries by an index', async () => {
    const user = await givenUser(t);
    await t.db.query(
      `INSERT INTO usage_events (id, request_id, user_id, api_key_id, model_id, provider_id, operation, status, streamed,
                                 input_tokens, cached_input_tokens, output_tokens, tokens_source, cost, latency_ms, created_at)
       SELECT gen_random_uuid(), 'r', CASE WHEN n % 100 = 0 THEN $1::uuid ELSE md5((n % 100)::text)::uuid END,
              md5((n % 400)::text)::uuid, 'm1', gen_random_uuid(), 'chat.completions', 'completed', false,
              1, 0, 1, 'provider', 1, 1, now() - n * interval '5 minutes'
         FROM generate_series(1, 30000) AS n`,
      [user.id],
    );
    await t.db.query('ANALYZE usage_events');
    const selects = await selectsOf(t, async () => {
      expect((await logs(user, 'limit=20')).body.data).toHaveLength(20);
      expect((await summary(user)).body.data.totals.requests).toBeGreaterThan(0);
    });
    const [feed, sums] = selects.filter(({ query }) => query.includes('usage_events'));
    if (!feed || !sums) throw new Error('Both questions ask for usage events.');
    const plans = [await planOf(t, feed), await planOf(t, sums)];
    for (const plan of plans) {
      expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      expect(plan.some((node) => node['Index Name']?.startsWith('usage_events_user'))).toBe(true);
    }
    // The feed's order comes from the index: nothing is sorted.
    expect(plans[0]?.map((node) => node['Node Type'])).toContain('Index Scan');
    expect(plans[0]?.map((node) => node['Node Type'])).not.toContain('Sort');
  });
});

interface Call {
  id: string;
  apiKeyId: string;
  modelId: string;
  status: 'completed' | 'aborted' | 'failed';
  input: number;
  cached: number;
  output: number;
  cost: bigint;
  at: Date;
}

async function sqlSums(t: TestApp, where: string, values: unknown[]): Promise<Totals> {
  const { rows } = await t.db.query<Record<keyof Totals, string>>(
    `SELECT count(*) AS requests, sum((status = 'failed')::int) AS "failedRequests", sum(input_tokens) AS "inputTokens",
            sum(cached_input_tokens) AS "cachedInputTokens", sum(output_tokens) AS "outputTokens",
            trim_scale(sum(cost) / 1000000000000::numeric)::text AS cost
       FROM usage_events WHERE ${where}`,
    values,
  );
  const [row] = rows;
  if (!row) throw new Error('A sum without groups has a row.');
  const { cost, ...counts } = row;
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)]));
  return { ...numbers, cost } as Totals;
}
