import { KeyedHashes, SecretFormat } from '#libs/crypto';
import { newId } from '#libs/kernel';
import { createApp, type TestApp } from '../support/app.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { planOf, selectsOf } from '../support/query-plan.js';
import type { TestHttp, TestResponse } from '../support/http.js';

interface Key {
  id: string;
  name: string;
  key?: string;
  prefix: string;
  maskedKey: string;
  modelIds: string[];
  status: string;
  expiresAt: string | null;
  lastUsedAt: string | null;
}
interface One {
  data: Key;
}
interface Many {
  data: Key[];
  pagination: { page: number; limit: number; total: number; totalPages: number };
}
interface Failure {
  error: { code: string; type: string; details?: { modelIds?: string[] } };
}

const SECRET = /^sk-sluice-[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/;
const PATH = '/api/v1/api-keys';

describe('API keys', () => {
  let t: TestApp;
  let upstream: FakeUpstream;
  let user: GivenUser;
  let stranger: GivenUser;

  beforeAll(async () => {
    upstream = await FakeUpstream.start();
    upstream.models(['m1', 'm2', 'm3']);
    t = await createApp({ environment: { LITELLM_API_URL: upstream.url, LITELLM_API_KEY: 'sk-upstream' } });
    [user, stranger] = await Promise.all([givenUser(t), givenUser(t)]);
    for (const id of ['m1', 'm2']) await givenSubscription(t, user, id);
    await givenSubscription(t, user, 'm3', { status: 'pending' });
  });
  afterAll(async () => {
    await t.close();
    await upstream.stop();
  });

  const issue = (body: object = {}, http: TestHttp = user.http): Promise<TestResponse<One>> =>
    http.post<One>(PATH, { name: 'ci', modelIds: ['m1', 'm2'], ...body });
  const call = (key: string, model = 'm1'): Promise<TestResponse<Failure>> =>
    t.http.bearer(key).post<Failure>('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hi' }] });

  it('AK-01 issues a key for several models and shows it once', async () => {
    const { status, body } = await issue({ modelIds: ['m2', 'm1', 'm2'], expiresAt: '2099-01-01T00:00:00Z' });
    expect(status).toBe(201);
    expect(body.data).toMatchObject({ name: 'ci', modelIds: ['m1', 'm2'], status: 'active' });
    expect(body.data.expiresAt).toBe('2099-01-01T00:00:00.000Z');
    expect(body.data.key).toMatch(SECRET);
    expect(body.data.key?.startsWith(`${body.data.prefix}_`)).toBe(true);
    expect(new SecretFormat('sk-sluice-').isWellFormed(body.data.key ?? '')).toBe(true);

    const seen = await user.http.get<One>(`${PATH}/${body.data.id}`);
    expect(seen.status).toBe(200);
    expect(seen.body.data.prefix).toBe(body.data.prefix);
    expect(seen.body.data).not.toHaveProperty('key');
    expect(seen.text).not.toContain(body.data.key);
    expect(seen.text).not.toMatch(/hash/i);
  });

  it('AK-02 keeps only a hash: a dump of every table, and the log, hold no key', async () => {
    const issued = (await issue()).body.data;
    const rotated = (await user.http.post<One>(`${PATH}/${issued.id}/rotate`)).body.data;
    await user.http.delete(`${PATH}/${issued.id}`);
    const secrets = [issued.key ?? '', rotated.key ?? ''];
    const dump = await dumpOf(t);
    expect(dump).toContain(rotated.prefix);
    for (const secret of secrets) {
      expect(secret).toMatch(SECRET);
      const random = secret.split('_')[1] ?? '';
      for (const text of [secret, random, Buffer.from(secret).toString('hex')]) expect(dump).not.toContain(text);
      expect(t.logs.join('')).not.toContain(random);
    }
    const { rows } = await t.db.query<{ hash: Buffer; bare: boolean }>(
      'SELECT secret_hash AS hash, position(sha256($2::bytea) IN secret_hash) > 0 AS bare FROM api_keys WHERE id = $1',
      [issued.id, Buffer.from(secrets[1] ?? '')],
    );
    expect(rows).toEqual([
      {
        hash: t.app
          .get(KeyedHashes)
          .for('api-key')
          .hash(secrets[1] ?? ''),
        bare: false,
      },
    ]);
  });

  it('AK-03 needs an active subscription to each model', async () => {
    const before = await count(t);
    const unsubscribed = await user.http.post<Failure>(PATH, { name: 'x', modelIds: ['m1', 'm3'] });
    expect([unsubscribed.status, unsubscribed.body.error.code]).toEqual([403, 'subscription_required']);
    expect(unsubscribed.body.error.details).toEqual({ modelIds: ['m3'] });

    const unknown = await user.http.post<Failure>(PATH, { name: 'x', modelIds: ['m1', 'nope', 'm3'] });
    expect([unknown.status, unknown.body.error.code]).toEqual([400, 'model_unknown']);
    expect(unknown.body.error.details).toEqual({ modelIds: ['nope'] });

    for (const modelIds of [[], undefined, 'm1', Array.from({ length: 501 }, (_, i) => `m${i}`)]) {
      const refused = await user.http.post<Failure>(PATH, { name: 'x', modelIds });
      expect([refused.status, refused.body.error.code]).toEqual([400, 'validation_failed']);
    }
    expect(await count(t)).toBe(before);
  });

  it.each([
    ['no name', { name: undefined }, 'validation_failed'],
    ['a blank name', { name: '   ' }, 'validation_failed'],
    ['a name of 256 characters', { name: 'x'.repeat(256) }, 'validation_failed'],
    ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'api_key_expiry_past'],
    ['an unknown property', { scopes: [] }, 'validation_failed'],
  ])('refuses %s', async (_what, body, code) => {
    const refused = (await issue(body)) as TestResponse<unknown> as TestResponse<Failure>;
    expect([refused.status, refused.body.error.code]).toEqual([400, code]);
  });

  it('AK-05 lists only own keys, masked, page by page', async () => {
    const owner = await givenUser(t);
    const ids: string[] = [];
    for (const name of ['alpha 100%', 'beta', 'gamma']) ids.unshift((await givenApiKey(t, owner, ['m1'], { name })).id);
    const past = new Date(Date.now() - 1_000);
    const { id: revoked } = await givenApiKey(t, owner, ['m1'], { revokedAt: past, expiresAt: past });
    const { id: expired } = await givenApiKey(t, owner, ['m1'], { expiresAt: past });
    await givenApiKey(t, stranger, ['m1']);

    const list = (query: string): Promise<TestResponse<Many>> => owner.http.get<Many>(`${PATH}?${query}`);
    const idsOf = async (query: string): Promise<string[]> => (await list(query)).body.data.map(({ id }) => id);

    const first = (await list('page=1&limit=2')).body;
    expect(first.pagination).toEqual({ page: 1, limit: 2, total: 5, totalPages: 3 });
    expect(first.data.map(({ id }) => id)).toEqual([expired, revoked]);
    expect(await idsOf('page=2&limit=2')).toEqual(ids.slice(0, 2));
    expect(await idsOf('page=3&limit=2')).toEqual(ids.slice(2));
    for (const key of (await list('')).body.data) {
      expect(key.maskedKey).toBe(`${key.prefix}…`);
      expect(key.prefix).toMatch(/^sk-sluice-[0-9A-Za-z]{8}$/);
      expect(key.modelIds).toEqual(['m1']);
      expect(key).not.toHaveProperty('key');
    }
    expect(await idsOf('search=ETA')).toEqual([ids[1]]);
    expect(await idsOf('search=0%25')).toEqual([ids[2]]);
    expect(await idsOf('status=active')).toEqual(ids);
    expect(await idsOf('status=revoked')).toEqual([revoked]);
    expect(await idsOf('status=expired')).toEqual([expired]);
    expect((await list('status=lost')).status).toBe(400);
  });

  it('changes name, models and end, and refuses to change what is inactive', async () => {
    const { id } = (await issue({ modelIds: ['m1'] })).body.data;
    const patch = (body: object): Promise<TestResponse<One & Failure>> => user.http.patch(`${PATH}/${id}`, body);
    const changed = await patch({ name: 'renamed', modelIds: ['m2'], expiresAt: '2099-01-01' });
    expect(changed.status).toBe(200);
    expect(changed.body.data).toMatchObject({ name: 'renamed', modelIds: ['m2'] });
    expect((await patch({ expiresAt: null })).body.data).toMatchObject({ name: 'renamed', expiresAt: null });
    expect((await patch({ modelIds: [] })).status).toBe(400);
    expect((await patch({ modelIds: ['m3'] })).body.error.code).toBe('subscription_required');
    expect((await patch({ expiresAt: '2020-01-01' })).body.error.code).toBe('api_key_expiry_past');
    expect((await user.http.get<One>(`${PATH}/${id}`)).body.data.modelIds).toEqual(['m2']);

    await user.http.delete(`${PATH}/${id}`);
    const late = await patch({ name: 'late' });
    expect([late.status, late.body.error.code]).toEqual([400, 'api_key_inactive']);
    const rotated = await user.http.post<Failure>(`${PATH}/${id}/rotate`);
    expect([rotated.status, rotated.body.error.code]).toEqual([400, 'api_key_inactive']);
  });

  it('AK-08 refuses a revoked key at once, and its usage remains', async () => {
    const { id, key = '' } = (await issue()).body.data;
    expect((await call(key)).status).toBe(200);
    expect((await user.http.delete(`${PATH}/${id}`)).status).toBe(204);
    const refused = await call(key);
    expect([refused.status, refused.body.error.code]).toEqual([401, 'invalid_api_key']);
    expect((await user.http.delete(`${PATH}/${id}`)).status).toBe(204);

    expect((await user.http.get<One>(`${PATH}/${id}`)).body.data.status).toBe('revoked');
    const usage = await user.http.get<{ data: unknown[] }>(`/api/v1/usage/logs?apiKeyId=${id}`);
    expect(usage.body.data).toHaveLength(1);
  });

  it('refuses the old secret at once after a rotation, and the new models count at once after a change', async () => {
    const { id, key = '' } = (await issue({ modelIds: ['m1'] })).body.data;
    expect((await call(key, 'm1')).status).toBe(200);
    const { key: next = '' } = (await user.http.post<One>(`${PATH}/${id}/rotate`)).body.data;
    expect((await call(key, 'm1')).status).toBe(401);
    expect((await call(next, 'm1')).status).toBe(200);
    expect((await call(next, 'm2')).status).toBe(403);
    await user.http.patch(`${PATH}/${id}`, { modelIds: ['m2'] });
    expect((await call(next, 'm2')).status).toBe(200);
    expect((await call(next, 'm1')).status).toBe(403);
  });

  it('AK-25 hides keys from strangers and opens nothing but the gateway to a key', async () => {
    const { id, key = '' } = (await issue()).body.data;
    const attempts = [
      stranger.http.get<Failure>(`${PATH}/${id}`),
      stranger.http.patch<Failure>(`${PATH}/${id}`, { name: 'mine' }),
      stranger.http.post<Failure>(`${PATH}/${id}/rotate`),
      stranger.http.delete<Failure>(`${PATH}/${id}`),
      user.http.get<Failure>(`${PATH}/${newId()}`),
    ];
    for (const { status, body } of await Promise.all(attempts)) {
      expect([status, body.error.code]).toEqual([404, 'api_key_not_found']);
    }
    for (const path of [PATH, `${PATH}/${id}`, '/api/v1/models', '/api/v1/usage/summary', '/api/v1/auth/me']) {
      expect((await t.http.bearer(key).get(path)).status).toBe(401);
      expect((await t.http.with({ 'x-client-api-key': key }).get(path)).status).toBe(401);
    }
    expect((await call(key)).status).toBe(200);
    expect((await call(user.token)).status).toBe(401);
  });

  it('G-06 takes the key in either header, and refuses two different ones', async () => {
    const [key, other] = [await givenApiKey(t, user, ['m1']), await givenApiKey(t, user, ['m1'])];
    const send = async (headers: Record<string, string>): Promise<[number, string | undefined]> => {
      const answer = await t.http
        .with(headers)
        .post<Partial<Failure>>('/v1/chat/completions', { model: 'm1', messages: [{ role: 'user', content: 'hi' }] });
      return [answer.status, answer.body.error?.code];
    };
    const bearer = { authorization: `Bearer ${key.key}` };
    expect(await send(bearer)).toEqual([200, undefined]);
    expect(await send({ authorization: `bearer ${key.key}` })).toEqual([200, undefined]);
    expect(await send({ 'x-client-api-key': key.key })).toEqual([200, undefined]);
    expect(await send({ ...bearer, 'x-client-api-key': key.key })).toEqual([200, undefined]);
    expect(await send({ ...bearer, 'x-client-api-key': other.key })).toEqual([400, 'conflicting_api_keys']);
  });

  it('G-07 answers a call without a key with missing_api_key', async () => {
    const without: Record<string, string>[] = [
      {},
      { authorization: 'Bearer ' },
      { authorization: 'Basic dTpw' },
      { 'x-client-api-key': '' },
    ];
    for (const headers of without) {
      const { status, body } = await t.http.with(headers).post<Failure>('/v1/chat/completions', { model: 'm1' });
      expect(status).toBe(401);
      expect(body.error).toMatchObject({ type: 'authentication_error', code: 'missing_api_key' });
    }
  });

  it('G-08 answers every wrong key alike with invalid_api_key', async () => {
    const { key } = await givenApiKey(t, user, ['m1']);
    const { key: revoked } = await givenApiKey(t, user, ['m1'], { revokedAt: new Date() });
    const gone = await givenUser(t);
    const { key: orphaned } = await givenApiKey(t, gone, ['m1']);
    await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [gone.id]);
    const unknown = new SecretFormat('sk-sluice-').issue().value;
    const mistyped = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    const answers = await Promise.all(
      ['x', 'sk-sluice-', mistyped, key.toUpperCase(), unknown, revoked, orphaned].map((wrong) => call(wrong)),
    );
    for (const { status, body, headers } of answers) {
      expect(status).toBe(401);
      expect(body.error).toEqual({
        code: 'invalid_api_key',
        message: 'This API key is not valid.',
        type: 'authentication_error',
      });
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
    const { key: expired } = await givenApiKey(t, user, ['m1'], { expiresAt: new Date(Date.now() - 1_000) });
    expect((await call(expired)).body.error).toMatchObject({ code: 'key_expired', type: 'authentication_error' });
  });

  it('H-21 lists keys by an index', async () => {
    const owner = await givenUser(t);
    await t.db.query(
      `INSERT INTO api_keys (id, user_id, name, prefix, secret_hash)
       SELECT gen_random_uuid(), CASE WHEN n % 50 = 0 THEN $1::uuid ELSE $2::uuid END, 'n' || n, 'p',
              sha256(n::text::bytea) FROM generate_series(1, 10000) AS n`,
      [owner.id, stranger.id],
    );
    await t.db.query('ANALYZE api_keys');
    const selects = await selectsOf(t, async () => {
      expect((await owner.http.get<Many>(PATH)).body.pagination.total).toBe(200);
    });
    const lists = selects.filter(({ query }) => /FROM "api_keys"/.test(query));
    expect(lists).toHaveLength(2);
    for (const statement of lists) {
      const plan = await planOf(t, statement);
      expect(plan.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      expect(plan.some((node) => node['Index Name'] === 'api_keys_user_id')).toBe(true);
    }
  });

  it('audits each change once and names no secret', async () => {
    const owner = await givenUser(t);
    await givenSubscription(t, owner, 'm1');
    const issued = (await issue({ modelIds: ['m1'] }, owner.http)).body.data;
    await owner.http.patch(`${PATH}/${issued.id}`, { name: 'renamed' });
    await owner.http.post(`${PATH}/${issued.id}/rotate`);
    await owner.http.delete(`${PATH}/${issued.id}`);
    const { rows } = await t.db.query<{ action: string; actor_id: string; new_values: Record<string, unknown> | null }>(
      'SELECT action, actor_id, new_values FROM audit_logs WHERE resource_id = $1 ORDER BY id',
      [issued.id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'API_KEY_ISSUED',
      'API_KEY_UPDATED',
      'API_KEY_ROTATED',
      'API_KEY_REVOKED',
    ]);
    expect(rows.every(({ actor_id }) => actor_id === owner.id)).toBe(true);
    expect(rows[0]?.new_values).toEqual({
      name: 'ci',
      publicId: issued.prefix.slice(-8),
      modelIds: ['m1'],
      expiresAt: null,
      permissions: null,
      teamId: null,
      rpmLimit: null,
      tpmLimit: null,
      modelRpmLimit: {},
      modelTpmLimit: {},
      maxParallelRequests: null,
      maxBudget: null,
      softBudget: null,
      budgetDuration: null,
      modelMaxBudget: {},
    });
  });
});

/** Every row of every table as text, bytea in hexadecimal. */
async function dumpOf(t: TestApp): Promise<string> {
  const { rows: tables } = await t.db.query<{ name: string }>(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  expect(tables.length).toBeGreaterThan(8);
  const parts = await Promise.all(
    tables.map(({ name }) =>
      t.db.query<{ text: string | null }>(`SELECT string_agg(row::text, E'\\n') AS text FROM ${name} AS row`),
    ),
  );
  return parts.map(({ rows }) => rows[0]?.text ?? '').join('\n');
}

async function count(t: TestApp): Promise<number> {
  const { rows } = await t.db.query<{ count: string }>('SELECT count(*) FROM api_keys');
  return Number(rows[0]?.count);
}
