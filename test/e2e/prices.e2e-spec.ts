import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '#libs/kernel';
import { ModelCatalog } from '../../src/models/model.catalog.js';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { type GivenModel, givenModel, type ModelTraits } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { type GivenUser, givenUser } from '../support/given/users.js';

interface Price {
  id: string;
  inputCost: string;
  outputCost: string;
  cachedInputCost: string | null;
  longContext: { aboveTokens: number; inputCost: string } | null;
  validFrom: string;
  validUntil: string | null;
  inForce: boolean;
  source: string;
  sourceNote: string | null;
  createdBy: string | null;
}
interface Failure {
  error: { code: string; param?: string; details?: Record<string, unknown> };
}
interface ReRating {
  events: number;
  changed: number;
  before: string;
  after: string;
  difference: string;
  byModel: { modelId: string; difference: string }[];
}

const MILLION = 1_000_000n;

describe('prices', () => {
  let upstream: FakeUpstream;
  let t: TestApp;
  let admin: GivenUser;
  let user: GivenUser;

  beforeAll(async () => {
    upstream = await FakeUpstream.start();
    upstream.models(['answering']);
    t = await createApp({ environment: { LITELLM_API_URL: upstream.url, LITELLM_API_KEY: 'sk-first-1234567890' } });
    [admin, user] = [await givenUser(t, { role: 'admin' }), await givenUser(t)];
  });
  afterAll(async () => {
    await t.close();
    await upstream.stop();
  });

  const given = (traits: ModelTraits = {}) => givenModel(t, { upstreamName: 'answering', ...traits });
  const path = (id: string): string => `/api/v1/admin/models/${encodeURIComponent(id)}/prices`;
  const history = async (id: string): Promise<Price[]> => (await admin.http.get<{ data: Price[] }>(path(id))).body.data;
  const set = (id: string, body: object) => admin.http.post<{ data: Price } & Failure>(path(id), body);
  const priceOf = async (id: string) => (await t.app.get(ModelCatalog).resolve(id))?.price;
  const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

  /** A call of the gateway with these tokens; answers what the ledger says of it. */
  async function call(model: GivenModel, input: number, output: number) {
    const caller = await givenUser(t);
    await givenSubscription(t, caller, model.id);
    const key = await givenApiKey(t, caller, [model.id]);
    upstream.next({ usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output } });
    const messages = [{ role: 'user', content: 'hi' }];
    const answer = await key.http.post('/v1/chat/completions', { model: model.id, messages, max_tokens: output });
    expect(answer.status).toBe(200);
    const { rows } = await t.db.query<{ id: string; cost: string; price_id: string }>(
      'SELECT id, cost, price_id FROM usage_events WHERE user_id = $1',
      [caller.id],
    );
    return { caller, row: rows[0]! };
  }

  it('B-20 lets an override win over what was stated, and brings that back when it is removed', async () => {
    const model = await given({ inputPrice: 2n * MILLION, outputPrice: 8n * MILLION });
    expect(await priceOf(model.id)).toMatchObject({ input: 2n * MILLION, source: 'upstream', priceId: model.priceId });
    const { status, body } = await set(model.id, { inputCost: '0.000003', outputCost: '0.000009', note: 'agreed' });
    expect(status).toBe(201);
    expect(body.data).toMatchObject({ source: 'admin', inForce: true, createdBy: admin.id, sourceNote: 'agreed' });
    expect(await priceOf(model.id)).toMatchObject({ input: 3n * MILLION, source: 'admin', priceId: body.data.id });
    const shown = await user.http.get<{ data: { pricing: object } }>(`/api/v1/models/${model.id}`);
    expect(shown.body.data.pricing).toMatchObject({ inputCost: '0.000003', source: 'admin', priceId: body.data.id });

    const removed = await admin.http.delete(`${path(model.id)}/${body.data.id}`);
    expect(removed.status).toBe(204);
    expect(await priceOf(model.id)).toMatchObject({ input: 2n * MILLION, source: 'upstream', priceId: model.priceId });
    // The row stays: calls were rated with it.
    expect(await history(model.id)).toMatchObject([
      { id: body.data.id, inForce: false, validUntil: expect.any(String) as string },
      { id: model.priceId, inForce: true, validUntil: null },
    ]);
    const again = await admin.http.delete<Failure>(`${path(model.id)}/${body.data.id}`);
    expect([again.status, again.body.error.code]).toEqual([409, 'price_not_removable']);
    const stated = await admin.http.delete<Failure>(`${path(model.id)}/${model.priceId}`);
    expect([stated.status, stated.body.error.code]).toEqual([409, 'price_not_removable']);
    const { rows } = await t.db.query(
      "SELECT action FROM audit_logs WHERE resource_type = 'model' AND resource_id = $1 ORDER BY id",
      [model.id],
    );
    expect(rows).toEqual([{ action: 'MODEL_PRICE_SET' }, { action: 'MODEL_PRICE_REMOVED' }]);
  });

  it('names the price in each row of the ledger, and leaves rows as they are when it changes', async () => {
    const model = await given({ inputPrice: 1n * MILLION, outputPrice: 2n * MILLION });
    const before = await call(model, 100, 10);
    expect(before.row).toMatchObject({ cost: String(120n * MILLION), price_id: model.priceId });
    const { body } = await set(model.id, { inputCost: '0.000002', outputCost: '0.000002' });
    const after = await call(model, 100, 10);
    expect(after.row).toMatchObject({ cost: String(220n * MILLION), price_id: body.data.id });
    const { rows } = await t.db.query('SELECT cost, price_id FROM usage_events WHERE id = $1', [before.row.id]);
    expect(rows).toEqual([{ cost: String(120n * MILLION), price_id: model.priceId }]);
  });

  it('B-19 rates a whole call at the premium tier once its prompt is longer than the threshold', async () => {
    const longContext = { aboveTokens: 100, input: 4n, output: 15n, cachedRead: null, cacheWrite: null };
    const model = await given({ inputPrice: 2n, outputPrice: 10n, prices: { longContext } });
    expect((await call(model, 100, 10)).row.cost).toBe('300');
    expect((await call(model, 101, 10)).row.cost).toBe(String(101 * 4 + 10 * 15));
  });

  it('lets a price of the future hold from its moment on, also where the old one is remembered', async () => {
    const model = await given({ inputPrice: 2n * MILLION, outputPrice: 8n * MILLION });
    const { status, body } = await set(model.id, {
      inputCost: '0.000003',
      outputCost: '0.000009',
      validFrom: inMs(1_200),
    });
    expect([status, body.data.inForce]).toEqual([201, false]);
    expect(await priceOf(model.id)).toMatchObject({ priceId: model.priceId });
    await sleep(1_300);
    expect(await priceOf(model.id)).toMatchObject({ priceId: body.data.id });
  });

  it('takes back a price of the future, and never accepts one of the past', async () => {
    const model = await given();
    const prices = { inputCost: '0.000003', outputCost: '0.000012' };
    const validFrom = inMs(60_000);
    const { body } = await set(model.id, { ...prices, validFrom });
    const taken = await set(model.id, { ...prices, validFrom });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'price_moment_taken']);
    expect((await admin.http.delete(`${path(model.id)}/${body.data.id}`)).status).toBe(204);
    expect((await history(model.id)).map(({ id }) => id)).toEqual([model.priceId]);
    const past = await set(model.id, { ...prices, validFrom: inMs(-60_000) });
    expect([past.status, past.body.error.code]).toEqual([400, 'price_in_the_past']);
    const gone = await admin.http.delete<Failure>(`${path(model.id)}/${body.data.id}`);
    expect([gone.status, gone.body.error.code]).toEqual([404, 'price_not_found']);
  });

  it('wants a change to ten times, a tenth, or nothing confirmed', async () => {
    const model = await given({ inputPrice: 2n * MILLION, outputPrice: 8n * MILLION });
    for (const absurd of [
      { inputCost: '0.00002', outputCost: '0.000008' },
      { inputCost: '0.000002', outputCost: '0.0000008' },
      { inputCost: '0', outputCost: '0' },
    ]) {
      const { status, body } = await set(model.id, absurd);
      expect([status, body.error.code]).toEqual([409, 'price_change_absurd']);
      expect(body.error.details).toMatchObject({
        old: { input: '0.000002', output: '0.000008' },
        new: { input: absurd.inputCost, output: absurd.outputCost },
      });
    }
    expect(await history(model.id)).toHaveLength(1);
    expect((await set(model.id, { inputCost: '0.0000199', outputCost: '0.000008' })).status).toBe(201);
    // A model is free when an administrator says so, twice.
    expect((await set(model.id, { inputCost: '0', outputCost: '0', confirm: true })).status).toBe(201);
    expect((await call(model, 100, 10)).row.cost).toBe('0');
  });

  it('refuses what can be no price, and what is no model', async () => {
    const model = await given();
    const cheaper = { aboveTokens: 10, inputCost: '0.000001', outputCost: '0.00001' };
    for (const wrong of [
      { inputCost: '0.0000025', outputCost: '0.00001', longContext: cheaper },
      { inputCost: '0.0000025', outputCost: '5' },
      { inputCost: '-1', outputCost: '0.00001' },
      { inputCost: 'NaN', outputCost: '0.00001' },
      { inputCost: 0.0000025, outputCost: '0.00001' },
      { inputCost: '0.0000025' },
    ]) {
      expect((await set(model.id, wrong)).status).toBe(400);
    }
    const unknown = await set('nothing', { inputCost: '0.0000025', outputCost: '0.00001' });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'model_not_found']);
    expect((await admin.http.get(path('nothing'))).status).toBe(404);
    expect((await admin.http.delete(`${path(model.id)}/${newId()}`)).status).toBe(404);
  });

  it('is for administrators; those who only read may see the history', async () => {
    const model = await given();
    const reader = await givenUser(t, { role: 'admin-readonly' });
    const prices = { inputCost: '0.000002', outputCost: '0.00001' };
    expect((await reader.http.get(path(model.id))).status).toBe(200);
    for (const { http } of [user, reader]) {
      expect((await http.post(path(model.id), prices)).status).toBe(403);
      expect((await http.delete(`${path(model.id)}/${model.priceId}`)).status).toBe(403);
      const period = { from: '2026-11-01', to: '2026-11-02' };
      expect((await http.post('/api/v1/admin/usage/re-rate', period)).status).toBe(403);
    }
    expect((await user.http.get(path(model.id))).status).toBe(403);
  });

  describe('rating a period again', () => {
    const reRate = (body: object) => admin.http.post<{ data: ReRating } & Failure>('/api/v1/admin/usage/re-rate', body);
    const period = { from: inMs(-60_000), to: inMs(60_000) };
    const costOf = async ({ http }: GivenUser): Promise<string> =>
      (await http.get<{ data: { totals: { cost: string } } }>('/api/v1/usage/summary')).body.data.totals.cost;

    it('shows the difference, books it once beside the ledger, and never changes a row', async () => {
      const model = await given({ inputPrice: 1n * MILLION, outputPrice: 2n * MILLION });
      const { caller, row } = await call(model, 100, 10);
      const ledger = async (): Promise<unknown[]> =>
        (await t.db.query<object>('SELECT * FROM usage_events WHERE id = $1', [row.id])).rows;
      const original = await ledger();
      const { body } = await set(model.id, { inputCost: '0.000003', outputCost: '0.000002' });

      const expected = {
        events: 1,
        changed: 1,
        before: '0.00012',
        after: '0.00032',
        difference: '0.0002',
        byModel: [{ modelId: model.id, difference: '0.0002' }],
      };
      const shown = await reRate({ ...period, modelId: model.id, dryRun: true });
      expect([shown.status, shown.body.data]).toMatchObject([200, expected]);
      expect(await costOf(caller)).toBe('0.00012');

      expect((await reRate({ ...period, modelId: model.id, reason: 'mistyped' })).body.data).toMatchObject(expected);
      expect(await costOf(caller)).toBe('0.00032');
      expect(await ledger()).toEqual(original);
      const { rows } = await t.db.query(
        'SELECT price_id, delta, reason, created_by FROM usage_corrections WHERE usage_event_id = $1',
        [row.id],
      );
      expect(rows).toEqual([
        { price_id: body.data.id, delta: String(200n * MILLION), reason: 'mistyped', created_by: admin.id },
      ]);

      expect((await reRate({ ...period, modelId: model.id })).body.data).toMatchObject({ changed: 0, difference: '0' });
      expect(await costOf(caller)).toBe('0.00032');
    });

    it('takes a correction back by another, and by the price of the time when asked to', async () => {
      const model = await given({ inputPrice: 1n * MILLION, outputPrice: 2n * MILLION });
      const { caller } = await call(model, 100, 10);
      await set(model.id, { inputCost: '0.0000005', outputCost: '0.000002' });
      const only = { ...period, modelId: model.id };
      expect((await reRate(only)).body.data).toMatchObject({ difference: '-0.00005' });
      expect(await costOf(caller)).toBe('0.00007');
      expect((await reRate({ ...only, prices: 'historical' })).body.data).toMatchObject({ difference: '0.00005' });
      expect(await costOf(caller)).toBe('0.00012');
    });

    it('books once when two administrators do it at the same time', async () => {
      const model = await given({ inputPrice: 1n * MILLION, outputPrice: 2n * MILLION });
      const { caller } = await call(model, 100, 10);
      await set(model.id, { inputCost: '0.000002', outputCost: '0.000002' });
      const both = await Promise.all([1, 2].map(() => reRate({ ...period, modelId: model.id })));
      expect(new Set(both.map(({ body }) => body.data.changed))).toEqual(new Set([0, 1]));
      expect(await costOf(caller)).toBe('0.00022');
    });

    it('touches no call outside the period', async () => {
      const model = await given({ inputPrice: 1n * MILLION, outputPrice: 2n * MILLION });
      await call(model, 100, 10);
      await set(model.id, { inputCost: '0.000002', outputCost: '0.000002' });
      const earlier = { from: inMs(-120_000), to: inMs(-60_000), modelId: model.id };
      expect((await reRate(earlier)).body.data).toMatchObject({ events: 0, changed: 0, difference: '0', byModel: [] });
    });

    it('refuses a period that ends before it begins, or is too long', async () => {
      const backwards = await reRate({ from: period.to, to: period.from });
      expect([backwards.status, backwards.body.error.code]).toEqual([400, 'range_invalid']);
      const long = await reRate({ from: '2026-01-01', to: '2026-11-01' });
      expect([long.status, long.body.error.code]).toEqual([400, 're_rating_too_long']);
    });
  });
});
