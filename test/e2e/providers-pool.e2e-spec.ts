import { JobRunner } from '#libs/jobs';
import { newId } from '#libs/kernel';
import { PoolWatch } from '../../src/providers/pool.watch.js';
import { probeProviderKeys } from '../../src/providers/providers.jobs.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditRows } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream, type Script } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenPool, type GivenPool } from '../support/given/providers.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const PROVIDERS = '/api/v1/admin/providers';
const FAILS: Script = { status: 500 };

interface Key {
  id: string;
  state: string;
  circuit: string;
  reason: string | null;
  failures: number;
  usageCount: number;
  cooldownUntil: string | null;
  lastUsedAt: string | null;
}

/** A pool, a model there, and somebody who may call it. */
interface Stage extends GivenPool {
  readonly values: readonly string[];
  readonly model: string;
  readonly caller: TestHttp;
  call(): Promise<TestResponse>;
  /** How often each key came to the provider with a call. */
  seen(): number[];
  states(): Promise<Key[]>;
}

describe('the key pool', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let admin: GivenUser;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models(['served']);
    t = await createApp({ environment: { PROVIDER_PRIVATE_ADDRESSES: 'true', UPSTREAM_TIMEOUT_SECONDS: '1' } });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  async function stage(keys: number, rotation?: string): Promise<Stage> {
    const values = Array.from({ length: keys }, () => `sk-upstream-${newId()}`);
    const pool = await givenPool(admin, up, values, rotation === undefined ? {} : { rotation });
    const { id: model } = await givenModel(t, { provider: pool.slug, upstreamName: 'served' });
    const user = await givenUser(t);
    await givenSubscription(t, user, model);
    const { http: caller } = await givenApiKey(t, user, [model]);
    return {
      ...pool,
      values,
      model,
      caller,
      call: () => caller.post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }] }),
      seen: () =>
        values.map(
          (value) =>
            up.requests.filter(
              ({ method, headers }) => method === 'POST' && headers['authorization'] === `Bearer ${value}`,
            ).length,
        ),
      states: async () => (await admin.http.get<{ data: Key[] }>(pool.keys)).body.data,
    };
  }

  /** Scripts the answers by key; `undefined` is a good one. */
  const script = ({ values }: Stage, ...scripts: (Script | undefined)[]): void => {
    up.always(
      ({ headers }) => scripts[values.findIndex((value) => headers['authorization'] === `Bearer ${value}`)] ?? {},
    );
  };
  const times = async (count: number, call: () => Promise<TestResponse>): Promise<number[]> => {
    const statuses: number[] = [];
    for (let n = 0; n < count; n += 1) statuses.push((await call()).status);
    return statuses;
  };
  const all = (count: number, status: number) => Array.from({ length: count }, () => status);

  it('K-02 calls the provider with the very key that was given, and the usage row names it', async () => {
    const s = await stage(1);
    const answer = await s.call();
    expect(answer.status).toBe(200);
    expect(s.seen()).toEqual([1]);
    const { rows } = await t.db.query('SELECT provider_key_id FROM usage_events WHERE request_id = $1', [
      answer.headers.get('x-request-id'),
    ]);
    expect(rows).toEqual([{ provider_key_id: s.keyIds[0] }]);
  });

  it('K-05 counts uses', async () => {
    const s = await stage(1);
    await times(3, s.call);
    expect(await s.states()).toMatchObject([{ usageCount: 3, lastUsedAt: expect.any(String) as string }]);
  });

  it('K-06 never uses a key that was deleted', async () => {
    const s = await stage(2);
    await admin.http.delete(`${s.keys}/${s.keyIds[0] ?? ''}`);
    expect(await times(6, s.call)).toEqual(all(6, 200));
    expect(s.seen()).toEqual([0, 6]);
  });

  it('K-07 leaves a disabled key out until it is enabled', async () => {
    const s = await stage(2);
    const path = `${s.keys}/${s.keyIds[0] ?? ''}`;
    expect((await admin.http.patch(path, { enabled: false })).body).toMatchObject({ data: { state: 'disabled' } });
    await times(50, s.call);
    expect(s.seen()).toEqual([0, 50]);
    await admin.http.patch(path, { enabled: true });
    await times(4, s.call);
    expect(s.seen()).toEqual([2, 52]);
  });

  it('K-09 lets three keys take turns', async () => {
    const s = await stage(3);
    await times(9, s.call);
    expect(s.seen()).toEqual([3, 3, 3]);
  });

  it('K-10 keeps the counts of least_used within one', async () => {
    const s = await stage(3, 'least_used');
    await times(10, s.call);
    expect([...s.seen()].sort((a, b) => a - b)).toEqual([3, 3, 4]);
  });

  it.each([
    ['as long as it says', { 'retry-after': '120' }, 120, 'rate', '{}'],
    ['an hour when it does not say', {}, 3_600, 'rate', '{}'],
    ['and says when it is about money', {}, 3_600, 'quota', '{"error":{"code":"insufficient_quota"}}'],
  ])('K-11 gives a limited key a rest, %s, and calls with another', async (_case, headers, seconds, reason, body) => {
    const s = await stage(2);
    script(s, { status: 429, headers: { ...headers, 'content-type': 'application/json' }, body });
    const before = t.clock.now();
    expect((await s.call()).status).toBe(200);
    expect(s.seen()).toEqual([1, 1]);
    const [limited, other] = await s.states();
    expect(limited).toMatchObject({ state: 'cooling', circuit: 'open', reason });
    const until = Date.parse(limited?.cooldownUntil ?? '');
    expect(until).toBeGreaterThanOrEqual(before + seconds * 1_000);
    expect(until).toBeLessThan(t.clock.now() + seconds * 1_000 + 1);
    expect(other).toMatchObject({ state: 'healthy' });
    await times(4, s.call);
    expect(s.seen()).toEqual([1, 5]);
  });

  it("K-11 hands the provider's own 429 on where there is no other key, and then says when to come back", async () => {
    const s = await stage(1);
    script(s, { status: 429, headers: { 'retry-after': '90' }, body: '{"error":{"message":"slow down"}}' });
    const first = await s.call();
    expect([first.status, first.headers.get('retry-after'), first.text]).toEqual([
      429,
      '90',
      '{"error":{"message":"slow down"}}',
    ]);
    const second = await s.call();
    expect(second.status).toBe(503);
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(85);
    expect(s.seen()).toEqual([1]);
  });

  it('K-12 stops using a key after five failures', async () => {
    const s = await stage(2);
    script(s, FAILS);
    expect(await times(10, s.call)).toEqual(all(10, 200));
    expect(s.seen()[0]).toBe(5);
    expect(await s.states()).toMatchObject([{ state: 'unhealthy', failures: 5 }, { state: 'healthy' }]);
    await times(20, s.call);
    expect(s.seen()[0]).toBe(5);
  });

  it('K-13 tries an open key after a minute, with real calls', async () => {
    const s = await stage(1);
    script(s, FAILS);
    expect(await times(6, s.call)).toEqual([...all(5, 502), 503]);
    t.clock.advance({ seconds: 61 });
    expect(await s.states()).toMatchObject([{ state: 'probing', circuit: 'half_open' }]);
    expect(await times(2, s.call)).toEqual([502, 503]);
    t.clock.advance({ seconds: 61 });
    script(s);
    expect(await times(2, s.call)).toEqual([200, 200]);
    expect(await s.states()).toMatchObject([{ state: 'healthy', circuit: 'closed', failures: 0 }]);
  });

  it('K-14 is taken back by the loop, without a call that costs', async () => {
    const s = await stage(1);
    script(s, FAILS);
    await times(5, s.call);
    script(s);
    t.clock.advance({ seconds: 61 });
    const paid = s.seen();
    expect(await t.app.get(JobRunner).run(probeProviderKeys)).toBe(true);
    expect(await s.states()).toMatchObject([{ state: 'healthy' }]);
    expect(s.seen()).toEqual(paid);
  });

  it('K-15 forgets failures at a success', async () => {
    const s = await stage(1);
    for (const fails of [FAILS, undefined, FAILS]) {
      script(s, fails);
      await times(fails ? 4 : 1, s.call);
    }
    expect(await s.states()).toMatchObject([{ state: 'healthy', failures: 4 }]);
  });

  it('K-18 says that nobody can answer when every key is switched off', async () => {
    const s = await stage(2);
    for (const id of s.keyIds) await admin.http.patch(`${s.keys}/${id}`, { enabled: false });
    const answer = await s.call();
    expect([answer.status, answer.body]).toMatchObject([503, { error: { code: 'no_upstream_available' } }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(up.calls).toHaveLength(0);
  });

  it('K-19 goes on to a third key after an error and a timeout, and the caller sees one answer', async () => {
    const s = await stage(3);
    script(s, FAILS, { hang: true });
    expect((await s.call()).status).toBe(200);
    expect(s.seen()).toEqual([1, 1, 1]);
    const { rows } = await t.db.query('SELECT provider_key_id, status FROM usage_events WHERE model_id = $1', [
      s.model,
    ]);
    expect(rows).toEqual([{ provider_key_id: s.keyIds[2], status: 'completed' }]);
  });

  it('K-19 answers 502 when all fail, each tried once', async () => {
    const s = await stage(4);
    script(s, FAILS, FAILS, FAILS, FAILS);
    const answer = await s.call();
    expect([answer.status, answer.body]).toMatchObject([502, { error: { code: 'upstream_failed' } }]);
    expect([...s.seen()].sort((a, b) => a - b)).toEqual([0, 1, 1, 1]);
  });

  it("K-20 does not blame a key for the caller's mistakes", async () => {
    const s = await stage(1);
    const body = '{"error":{"message":"no such tool"}}';
    script(s, { status: 400, body });
    for (let n = 0; n < 10; n += 1) expect(await s.call()).toMatchObject({ status: 400, text: body });
    expect(await s.states()).toMatchObject([{ state: 'healthy', failures: 0 }]);
  });

  it.each([401, 403])('K-20 takes a key that the provider refuses with %i out of use', async (status) => {
    const s = await stage(2);
    script(s, { status });
    expect(await times(4, s.call)).toEqual(all(4, 200));
    expect(s.seen()).toEqual([1, 4]);
    expect(await s.states()).toMatchObject([{ state: 'invalid', reason: 'auth' }, { state: 'healthy' }]);
  });

  it.each([401, 403])('K-20 takes a key back at once whose refusal with %i was about the call', async (status) => {
    const s = await stage(1);
    up.next({ status });
    expect((await s.call()).status).toBe(502);
    await eventually(async () => expect(await s.states()).toMatchObject([{ state: 'healthy' }]));
    expect((await s.call()).status).toBe(200);
  });

  it('K-21 knows what a key has done', async () => {
    const s = await stage(1);
    await times(5, s.call);
    script(s, FAILS);
    await times(2, s.call);
    const { rows } = await t.db.query<{ input: string; output: string; cost: string }>(
      `SELECT sum(input_tokens) AS input, sum(output_tokens) AS output, sum(cost) / 1000000000000 AS cost
         FROM usage_events WHERE provider_key_id = $1`,
      [s.keyIds[0]],
    );
    const { body } = await admin.http.get<{ data: Record<string, unknown> }>(`${s.keys}/${s.keyIds[0] ?? ''}/stats`);
    expect(body.data).toMatchObject({
      requests: 7,
      errors: 2,
      errorRate: '0.2857',
      calls: 7,
      inputTokens: Number(rows[0]?.input),
      outputTokens: Number(rows[0]?.output),
    });
    expect(Number(body.data['inputTokens'])).toBeGreaterThan(0);
    expect(Number(body.data['cost'])).toBeCloseTo(Number(rows[0]?.cost), 12);
  });

  it('K-23 tells administrators and the audit log once when the last key fails, and that one recovered', async () => {
    const s = await stage(2);
    const told = async (): Promise<string[]> =>
      (await auditRows(t))
        .filter(({ resource_id, action }) => resource_id === s.id && action.startsWith('KEY_POOL_'))
        .map(({ action, actor_kind }) => `${action} by ${actor_kind}`);
    const alerts = async (query = ''): Promise<{ severity: string; message: string; clearedAt: string | null }[]> => {
      const { body } = await admin.http.get<{
        data: { resourceId: string; severity: string; message: string; clearedAt: string | null }[];
      }>(`/api/v1/admin/notifications?limit=1000${query}`);
      return body.data.filter(({ resourceId }) => resourceId === s.id);
    };
    script(s, { status: 401 });
    await s.call();
    await s.states();
    expect(await told()).toEqual([]);
    expect(await alerts()).toEqual([]);
    script(s, { status: 401 }, { status: 401 });
    await s.call();
    await eventually(async () => expect(await told()).toEqual(['KEY_POOL_DEGRADED by system']));
    const shown = await admin.http.get(`${PROVIDERS}/${s.id}`);
    expect(shown.body).toMatchObject({ data: { healthyKeyCount: 0, degradedSince: expect.any(String) as string } });
    const standing = { severity: 'error', message: expect.stringContaining(s.slug) as string, clearedAt: null };
    await s.call();
    await t.app.get(PoolWatch).look();
    expect(await alerts()).toMatchObject([standing]);
    expect(await alerts('&severity=error&standing=true')).toHaveLength(1);
    expect(await alerts('&severity=info')).toEqual([]);
    expect((await (await givenUser(t)).http.get('/api/v1/admin/notifications')).status).toBe(403);
    script(s);
    await t.app.get(JobRunner).run(probeProviderKeys);
    await eventually(async () =>
      expect(await told()).toEqual(['KEY_POOL_DEGRADED by system', 'KEY_POOL_RECOVERED by system']),
    );
    expect(await alerts()).toMatchObject([{ ...standing, clearedAt: expect.any(String) as string }]);
    expect(await alerts('&standing=true')).toEqual([]);
    script(s, { status: 401 }, { status: 401 });
    await s.call();
    await s.call();
    await eventually(async () => expect(await alerts('&standing=true')).toMatchObject([standing]));
    expect(await alerts()).toHaveLength(2);
  });

  it('G-12 answers in time when the provider does not', async () => {
    const s = await stage(1);
    script(s, { hang: true });
    const started = performance.now();
    expect((await s.call()).status).toBe(504);
    expect(performance.now() - started).toBeLessThan(2_500);
  });

  it('G-19 fails fast while the provider is dead, and heals by itself', async () => {
    const s = await stage(1);
    up.always({ resetAtByte: 0 });
    expect(await times(5, s.call)).toEqual(all(5, 502));
    const started = performance.now();
    expect(await times(20, s.call)).toEqual(all(20, 503));
    expect((performance.now() - started) / 20).toBeLessThan(50);
    expect(s.seen()).toEqual([5]);
    up.reset();
    t.clock.advance({ seconds: 61 });
    expect((await s.call()).status).toBe(200);
  });

  it('shows its state in the metrics, and no secret', async () => {
    const s = await stage(2);
    await s.call();
    const metrics = await eventually(async () => {
      const { text } = await t.http.get('/metrics');
      expect(text).toContain(`provider_keys{provider="${s.slug}",state="healthy"} 2`);
      return text;
    });
    expect(metrics).toContain(`upstream_attempts_total{provider="${s.slug}",outcome="good"} 1`);
    for (const value of s.values) expect(metrics).not.toContain(value);
  });
});
