import { newId, type UnitPrices } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenPool } from '../support/given/providers.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

describe('other names of models, and what stands in for them', () => {
  let t: TestApp;
  let first: FakeUpstream;
  let second: FakeUpstream;
  let admin: GivenUser;

  beforeAll(async () => {
    [first, second] = [await FakeUpstream.start(), await FakeUpstream.start()];
    first.models(['served']);
    second.models(['served-too']);
    t = await createApp({ environment: { PROVIDER_PRIVATE_ADDRESSES: 'true', UPSTREAM_TIMEOUT_SECONDS: '1' } });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(() => {
    first.reset();
    second.reset();
  });
  afterAll(async () => {
    await t.close();
    await first.stop();
    await second.stop();
  });

  /** A model at each provider; the caller may call the first alone. */
  async function stage(prices: Partial<UnitPrices> = {}) {
    const [one, two] = [
      await givenPool(admin, first, [`sk-upstream-${newId()}`]),
      await givenPool(admin, second, [`sk-upstream-${newId()}`]),
    ];
    const m1 = await givenModel(t, { provider: one.slug, upstreamName: 'served', prices });
    const m2 = await givenModel(t, { provider: two.slug, upstreamName: 'served-too' });
    const user = await givenUser(t);
    await givenSubscription(t, user, m1.id);
    const { http } = await givenApiKey(t, user, [m1.id]);
    return { one, two, m1: m1.id, m2: m2.id, http };
  }
  const call = (http: TestHttp, model: string, more: object = {}): Promise<TestResponse> =>
    http.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }], ...more });
  const rowOf = async ({ headers }: TestResponse): Promise<Record<string, unknown>> => {
    const { rows } = await t.db.query<Record<string, unknown>>(
      'SELECT model_id, provider_id, provider_key_id, status FROM usage_events WHERE request_id = $1',
      [headers.get('x-request-id')],
    );
    expect(rows).toHaveLength(1);
    return rows[0] ?? {};
  };

  it('G-23 calls a model by its other name, for whoever may call the model', async () => {
    const { m1, m2, http } = await stage();
    const alias = `fast-${newId().slice(-6)}`;
    expect((await call(http, alias)).status).toBe(403);
    const made = await admin.http.put(`/api/v1/admin/model-aliases/${alias}`, { modelId: m1 });
    expect([made.status, made.body]).toMatchObject([200, { data: { alias, modelId: m1 } }]);
    const answer = await call(http, alias);
    expect(answer.status).toBe(200);
    expect(first.last.json).toMatchObject({ model: 'served' });
    expect(await rowOf(answer)).toMatchObject({ model_id: m1 });
    // Meaning another model now, the name opens nothing that the key does not.
    await admin.http.put(`/api/v1/admin/model-aliases/${alias}`, { modelId: m2 });
    expect((await call(http, alias)).status).toBe(403);
    expect((await admin.http.delete(`/api/v1/admin/model-aliases/${alias}`)).status).toBe(204);
    expect((await admin.http.put(`/api/v1/admin/model-aliases/${m2}`, { modelId: m1 })).status).toBe(409);
    expect((await admin.http.put('/api/v1/admin/model-aliases/x', { modelId: 'nobody' })).status).toBe(404);
  });

  it('G-23 has nothing stand in that has no price for a search, and is not refused for that', async () => {
    const { m1, m2, http } = await stage({ perSearch: 1n });
    await admin.http.put(`/api/v1/admin/models/${m1}/fallbacks`, { fallbackIds: [m2] });
    const answer = await call(http, m1, { web_search_options: {} });
    expect([answer.status, await rowOf(answer)]).toMatchObject([200, { model_id: m1 }]);
    first.always({ resetAtByte: 0 });
    const asked = second.requests.length;
    expect((await call(http, m1, { web_search_options: {} })).status).toBe(502);
    expect(second.requests).toHaveLength(asked);
  });

  it('G-23 is answered by what stands in when the provider is down, and the usage row names it', async () => {
    const { m1, m2, two, http } = await stage();
    const set = await admin.http.put(`/api/v1/admin/models/${m1}/fallbacks`, { fallbackIds: [m2] });
    expect([set.status, set.body]).toEqual([200, { data: { modelId: m1, fallbackIds: [m2] } }]);
    expect(await rowOf(await call(http, m1))).toMatchObject({ model_id: m1 });
    first.always({ resetAtByte: 0 });
    const answer = await call(http, m1);
    expect(answer.status).toBe(200);
    expect(second.last.json).toMatchObject({ model: 'served-too' });
    expect(await rowOf(answer)).toEqual({
      model_id: m2,
      provider_id: two.id,
      provider_key_id: two.keyIds[0],
      status: 'completed',
    });
    const stream = await call(http, m1, { stream: true });
    expect(stream.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(await rowOf(stream)).toMatchObject({ model_id: m2 });
    // The first provider's circuit opens, and then it is not even asked.
    for (let n = 0; n < 5; n += 1) expect((await call(http, m1)).status).toBe(200);
    const asked = first.requests.length;
    expect((await call(http, m1)).status).toBe(200);
    expect(first.requests).toHaveLength(asked);
    // What stands in may still not be called by its own name.
    expect((await call(http, m2)).status).toBe(403);
  });

  it("G-23 does not stand in for a caller's mistake, and fails when nobody can answer", async () => {
    const { m1, m2, http } = await stage();
    await admin.http.put(`/api/v1/admin/models/${m1}/fallbacks`, { fallbackIds: [m2] });
    first.next({ status: 400, body: '{"error":{"message":"no"}}' });
    expect((await call(http, m1)).status).toBe(400);
    expect(second.calls).toHaveLength(0);
    first.always({ status: 500 });
    second.always({ status: 500 });
    expect((await call(http, m1)).status).toBe(502);
    expect((await admin.http.put(`/api/v1/admin/models/${m1}/fallbacks`, { fallbackIds: [m1] })).status).toBe(400);
    const user = await givenUser(t);
    expect((await user.http.put(`/api/v1/admin/models/${m1}/fallbacks`, { fallbackIds: [] })).status).toBe(403);
  });
});
