import { isForPeople, Routes } from '#libs/access';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

const TERMS = '/api/v1/admin/settings/terms';
const RESET = '/api/v1/admin/terms/reset';
const OWN = '/api/v1/users/me/terms';
const ACCEPT = `${OWN}/accept`;
const STATS = '/api/v1/users/me/stats';
const TEXT = 'Be kind to the models.';
const REFUSED = [403, { error: { code: 'terms_not_accepted', type: 'permission_error' } }];

describe('the terms of use', () => {
  let t: TestApp;
  let other: TestApp;
  let up: FakeUpstream;
  let admin: GivenUser;
  let ada: GivenUser;
  let version = 0;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models(['m1']);
    // What replicas sign access tokens with.
    const shared = { JWT_SECRET: 'a-secret-that-both-replicas-share-0123456789' };
    t = await createApp({ environment: { ...shared, LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream' } });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: shared });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(async () => {
    ada = await givenUser(t);
  });
  afterEach(async () => {
    await admin.http.post(ACCEPT);
    await admin.http.put(TERMS, { version: 'none', text: TEXT, required: false });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
    await up.stop();
  });

  /** Of a version that nobody has seen; the administrator accepts them. */
  const givenTerms = async (required = true): Promise<string> => {
    const name = `2026-${(version += 1)}`;
    const { status, text } = await admin.http.put(TERMS, { version: name, text: TEXT, required });
    if (status !== 200) throw new Error(`The terms were refused: ${status} ${text}`);
    await admin.http.post(ACCEPT);
    return name;
  };
  const answer = ({ status, body }: TestResponse): [number, object] => [status, body];

  it('U-08 closes the house to whoever has not accepted them, and opens it at once when they do', async () => {
    expect((await ada.http.get(STATS)).status).toBe(200);
    const name = await givenTerms();
    expect(answer(await ada.http.get(STATS))).toMatchObject(REFUSED);
    expect(answer(await ada.http.post('/api/v1/subscriptions', { modelId: 'm1' }))).toMatchObject(REFUSED);
    expect(answer(await ada.http.get(OWN))).toMatchObject([
      200,
      { data: { version: name, text: TEXT, url: null, required: true, acceptedAt: null } },
    ]);
    const before = t.clock.now();
    const accepted = await ada.http.post<{ data: { version: string; acceptedAt: string } }>(ACCEPT);
    expect(answer(accepted)).toMatchObject([200, { data: { version: name } }]);
    expect(Date.parse(accepted.body.data.acceptedAt)).toBeGreaterThanOrEqual(before);
    expect((await ada.http.get(STATS)).status).toBe(200);
    const { rows } = await t.db.query('SELECT version, accepted_at FROM terms_acceptances WHERE user_id = $1', [
      ada.id,
    ]);
    expect(rows).toEqual([{ version: name, accepted_at: new Date(accepted.body.data.acceptedAt) }]);
  });

  it('U-08 holds for every route of the control plane but those that the way to them needs', async () => {
    // Who may do everything, so that nothing but the terms stands in the way.
    const newcomer = await givenUser(t, { role: 'admin' });
    await givenTerms();
    const forPeople = t.app
      .get(Routes)
      .list()
      .flatMap(({ rule, ...route }) => (rule && isForPeople(rule) ? [{ ...route, rule }] : []));
    const open = forPeople.filter(({ rule }) => rule.despite?.includes('terms'));
    expect(open.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining([`GET ${OWN}`, `POST ${ACCEPT}`, 'GET /api/v1/auth/me', 'POST /api/auth/logout']),
    );
    const closed = forPeople.filter((route) => !open.includes(route));
    expect(closed.length).toBeGreaterThan(50);
    for (const { method, path } of closed) {
      const sent = await newcomer.http.send(method, path.replaceAll(/:\w+/g, '0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11'));
      expect([`${method} ${path}`, ...answer(sent)]).toMatchObject([`${method} ${path}`, ...REFUSED]);
    }
    expect((await newcomer.http.get('/api/v1/auth/me')).status).toBe(200);
    expect((await newcomer.http.post('/api/auth/logout')).status).toBe(204);
  });

  it('U-08 asks again for a new version, and not for a better text of the same', async () => {
    const name = await givenTerms();
    await ada.http.post(ACCEPT);
    await admin.http.put(TERMS, { version: name, text: `${TEXT} Please.`, required: true });
    expect((await ada.http.get(STATS)).status).toBe(200);
    const next = await givenTerms();
    expect(answer(await ada.http.get(STATS))).toMatchObject(REFUSED);
    await ada.http.post(ACCEPT);
    expect((await ada.http.get(STATS)).status).toBe(200);
    const { rows } = await t.db.query('SELECT version FROM terms_acceptances WHERE user_id = $1 ORDER BY id', [ada.id]);
    expect(rows).toEqual([{ version: name }, { version: next }]);
  });

  it('U-08 takes nobody at their word for terms that they have not read', async () => {
    const old = await givenTerms();
    const name = await givenTerms();
    expect(answer(await ada.http.post(`${ACCEPT}?version=${old}`))).toMatchObject([
      409,
      { error: { code: 'terms_changed' } },
    ]);
    expect(answer(await ada.http.get(STATS))).toMatchObject(REFUSED);
    expect((await ada.http.post(`${ACCEPT}?version=${name}`)).status).toBe(200);
  });

  it('U-08 remembers the first time alone, however often and at a time somebody accepts', async () => {
    await givenTerms();
    const rows = await auditedBy(t, async () => {
      const answers = await Promise.all([1, 2, 3, 4].map(() => ada.http.post(ACCEPT)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    });
    expect(rows).toMatchObject([{ action: 'TERMS_ACCEPTED', actor_id: ada.id, resource_id: ada.id }]);
  });

  it('U-08 lets API keys go on working', async () => {
    const model = await givenModel(t, { id: 'm1-of-terms', upstreamName: 'm1' });
    await givenSubscription(t, ada, model.id);
    const key = await givenApiKey(t, ada, [model.id]);
    await givenTerms();
    expect(answer(await ada.http.get(STATS))).toMatchObject(REFUSED);
    const called = await key.http.post('/v1/chat/completions', {
      model: model.id,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    expect(called.status).toBe(200);
  });

  it('U-08 says in one second on every replica what was set or accepted on one', async () => {
    const there = other.http.bearer(ada.token);
    expect((await there.get(STATS)).status).toBe(200);
    await givenTerms();
    await eventually(async () => expect((await there.get(STATS)).status).toBe(403), 1_000);
    await ada.http.post(ACCEPT);
    await eventually(async () => expect((await there.get(STATS)).status).toBe(200), 1_000);
  });

  it('U-08 asks nobody for terms that are not required', async () => {
    const name = await givenTerms(false);
    expect((await ada.http.get(STATS)).status).toBe(200);
    expect(answer(await ada.http.post(ACCEPT))).toMatchObject([200, { data: { version: name, required: false } }]);
  });

  it('AD-13 makes everybody accept anew, and keeps what was accepted on record', async () => {
    await givenTerms();
    await ada.http.post(ACCEPT);
    expect((await ada.http.get(STATS)).status).toBe(200);
    const rows = await auditedBy(t, async () => {
      expect(answer(await admin.http.post(RESET))).toEqual([200, { data: { people: 2 } }]);
    });
    expect(rows).toMatchObject([{ action: 'TERMS_RESET', actor_id: admin.id, new_values: { people: 2 } }]);
    for (const person of [ada, admin]) {
      expect(answer(await person.http.get(STATS))).toMatchObject(REFUSED);
      await person.http.post(ACCEPT);
      expect((await person.http.get(STATS)).status).toBe(200);
    }
    const { rows: kept } = await t.db.query('SELECT FROM terms_acceptances WHERE user_id = $1', [ada.id]);
    expect(kept).toHaveLength(2);
  });

  it.each([
    ['no words', { version: '1', required: true }],
    ['no version', { text: TEXT, required: true }],
    ['a script for an address', { version: '1', url: 'javascript:alert(1)', required: true }],
    ['nothing said of whether they are required', { version: '1', text: TEXT }],
    ['a round', { version: '1', text: TEXT, required: true, round: 7 }],
  ])('U-08 refuses terms with %s', async (_case, wish) => {
    expect(answer(await admin.http.put(TERMS, wish))).toMatchObject([400, { error: { code: 'validation_failed' } }]);
  });

  it('U-08 is set by administrators alone', async () => {
    const reader = await givenUser(t, { role: 'admin-readonly' });
    expect((await reader.http.get(TERMS)).status).toBe(200);
    for (const { http } of [reader, ada]) {
      expect((await http.put(TERMS, { version: '1', text: TEXT, required: true })).status).toBe(403);
      expect((await http.post(RESET)).status).toBe(403);
    }
    expect((await t.http.post(ACCEPT)).status).toBe(401);
  });
});
