import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const VIOLATIONS = '/api/v1/admin/violations';

interface Listed {
  readonly data: { type: string; score: number; userId: string | null; network: string }[];
  readonly pagination: { total: number };
}

describe('violations', () => {
  let up: FakeUpstream;
  let t: TestApp;
  let admin: GivenUser;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models([{ id: 'listed' }]);
    t = await createApp({
      environment: {
        LITELLM_API_URL: up.url,
        LITELLM_API_KEY: 'sk-upstream-0123456789abcdef',
        JWT_SECRET,
        TRUST_PROXY: '1',
        AUTH_RATE_MAX: '1000',
        LOCKOUT_FAILURES: '90',
        LOCKOUT_FINAL_FAILURES: '0',
        BAN_NETWORK_POINTS: '10',
        REGISTRATION_RATE_MAX: '1',
      },
    });
    admin = await givenUser(t, { role: 'admin' });
  });
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  async function givenCaller(): Promise<{ user: GivenUser; key: GivenApiKey; model: string }> {
    const user = await givenUser(t);
    const { id: model } = await givenModel(t, { provider: 'litellm', upstreamName: 'listed' });
    await givenSubscription(t, user, model);
    return { user, model, key: await givenApiKey(t, user, [model]) };
  }
  const call = ({ key }: { key: GivenApiKey }, model: string, from = '198.51.100.1') =>
    t.http.bearer(key.key).post(
      '/v1/chat/completions',
      { model, messages: [{ role: 'user', content: 'Hello' }] },
      {
        headers: { 'x-forwarded-for': from },
      },
    );
  const listed = async (query: string) => (await admin.http.get<Listed>(`${VIOLATIONS}?${query}`)).body;
  const signIn = (email: string, password: string, from: string) =>
    t.http.post('/api/auth/login', { email, password }, { headers: { 'x-forwarded-for': from } });
  const me = ({ http }: GivenUser) => http.get('/api/v1/auth/me');

  it('A-46 are scored and listed: a model outside the allowed list 5, a failed sign-in 1', async () => {
    const caller = await givenCaller();
    const { user } = caller;
    expect((await call(caller, 'not-mine')).status).toBe(403);
    expect((await signIn(user.email, 'Wrong-1', '198.51.100.2')).status).toBe(401);
    await eventually(async () => expect((await listed(`userId=${user.id}`)).pagination.total).toBe(2));
    const { data } = await listed(`userId=${user.id}`);
    const facts = data.map(({ type, score, network }) => [type, score, network].join(' '));
    expect(facts.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'illegal_model 5 198.51.100.1',
      'login 1 198.51.100.2',
    ]);
    expect((await listed(`userId=${user.id}&type=login`)).data).toHaveLength(1);
    expect((await user.http.get(VIOLATIONS)).status).toBe(403);
    expect((await admin.http.get(`${VIOLATIONS}?userId=x`)).status).toBe(400);
  });

  it('A-40 ban their author at twenty points: 403 with the expiry, sessions gone; after two hours they come in', async () => {
    const caller = await givenCaller();
    const { user, model } = caller;
    for (let n = 0; n < 3; n += 1) await call(caller, 'not-mine', `198.51.100.${10 + n}`);
    await eventually(async () => expect((await listed(`userId=${user.id}`)).pagination.total).toBe(3));
    expect((await me(user)).status).toBe(200);
    await call(caller, 'not-mine', '198.51.100.13');
    await eventually(async () => expect((await me(user)).status).toBe(403));
    for (const answer of [
      await me(user),
      await call(caller, model),
      await signIn(user.email, user.password, '198.51.100.14'),
    ]) {
      expect([answer.status, answer.body]).toMatchObject([403, { error: { code: 'banned' } }]);
      const { until } = (answer.body as { error: { details: { until: string } } }).error.details;
      const minutes = (Date.parse(until) - t.clock.now()) / 60_000;
      expect(minutes).toBeGreaterThan(118);
      expect(minutes).toBeLessThanOrEqual(120);
    }
    const { rows } = await t.db.query('SELECT DISTINCT end_reason FROM sessions WHERE user_id = $1', [user.id]);
    expect(rows).toEqual([{ end_reason: 'banned' }]);
    t.clock.advance({ hours: 2, seconds: 1 });
    expect((await call(caller, model)).status).toBe(200);
    // What opened before the ban stays shut.
    expect((await me(user)).status).toBe(401);
    expect((await signIn(user.email, user.password, '198.51.100.14')).status).toBe(200);
    // Its token has run out meanwhile.
    admin = await givenUser(t, { role: 'admin' });
  });

  it('A-40 that cost nothing never ban: a balance that does not cover the call', async () => {
    const own = await createApp({
      databaseUrl: t.databaseUrl,
      environment: { JWT_SECRET, BALANCE_ENABLED: 'true', BAN_POINTS: '1', LITELLM_API_URL: up.url, RUN_JOBS: 'false' },
    });
    try {
      const user = await givenUser(t);
      await givenSubscription(t, user, 'listed');
      const http = own.http.bearer((await givenApiKey(t, user, ['listed'])).key);
      const messages = [{ role: 'user', content: 'Hello' }];
      for (let n = 0; n < 25; n += 1) {
        expect((await http.post('/v1/chat/completions', { model: 'listed', messages })).status).toBe(402);
      }
      // It is told once a minute, and not of each call.
      await eventually(async () => {
        expect((await listed(`userId=${user.id}`)).data).toMatchObject([{ type: 'balance', score: 0 }]);
      });
      expect((await me(user)).status).toBe(200);
    } finally {
      await own.close();
    }
  });

  it('A-40 of a network shut it out of signing in and registering, and nobody who is in already', async () => {
    const [user, from] = [await givenUser(t), '198.51.100.50'];
    for (let n = 0; n < 10; n += 1) expect((await signIn(`x${n}@example.com`, 'Wrong-1', from)).status).toBe(401);
    await eventually(async () => {
      const answer = await signIn(user.email, user.password, from);
      expect([answer.status, answer.body]).toMatchObject([403, { error: { code: 'banned' } }]);
    });
    const headers = { 'x-forwarded-for': from };
    const registration = { email: 'new@example.com', password: user.password, name: 'New' };
    expect((await t.http.post('/api/auth/register', registration, { headers })).status).toBe(403);
    expect((await user.http.get('/api/v1/auth/me', { headers })).status).toBe(200);
    expect((await signIn(user.email, user.password, '198.51.100.51')).status).toBe(200);
    // They failed at accounts of others: nobody is banned for what a stranger tries.
    const { rows } = await t.db.query('SELECT 1 FROM users WHERE banned_until > now() AND id = $1', [user.id]);
    expect(rows).toEqual([]);
    const audited = await t.db.query("SELECT resource_id FROM audit_logs WHERE action = 'NETWORK_BANNED'");
    expect(audited.rows).toEqual([{ resource_id: from }]);
  });

  it('A-40 of a stranger do not ban whose account they try', async () => {
    const user = await givenUser(t);
    for (let n = 0; n < 25; n += 1) await signIn(user.email, 'Wrong-1', `198.51.100.${60 + n}`);
    await eventually(async () => expect((await listed(`userId=${user.id}`)).pagination.total).toBe(25));
    expect((await me(user)).status).toBe(200);
  });

  it('A-46 count one more registration from where there were too many', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.90' };
    const register = (n: number) =>
      t.http.post('/api/auth/register', { email: `r${n}@example.com`, password: 'x', name: 'R' }, { headers });
    expect((await register(1)).status).toBe(400);
    expect((await register(2)).status).toBe(429);
    await eventually(async () => {
      const { data } = await listed('type=registration');
      expect(data).toMatchObject([{ score: 1, network: '198.51.100.90', userId: null }]);
    });
  });

  it('do not ban the last administrator: they are written down, and the house stays in hand', async () => {
    const own = await createApp({ environment: { JWT_SECRET, BAN_POINTS: '5', LITELLM_API_URL: up.url } });
    try {
      const only = await givenUser(own, { role: 'admin' });
      const { key } = await givenApiKey(own, only, []);
      const refused = await own.http.bearer(key).post('/v1/chat/completions', { model: 'not-mine', messages: [] });
      expect(refused.status).toBe(403);
      await eventually(async () => {
        expect((await only.http.get<Listed>(VIOLATIONS)).body.data).toMatchObject([{ type: 'illegal_model' }]);
      });
    } finally {
      await own.close();
    }
  });

  it('ban nobody where bans are off, and count as is configured', async () => {
    const own = await createApp({
      databaseUrl: t.databaseUrl,
      environment: {
        JWT_SECRET,
        BAN_VIOLATIONS: 'false',
        VIOLATION_SCORES: 'illegal_model=50',
        LITELLM_API_URL: up.url,
        RUN_JOBS: 'false',
      },
    });
    try {
      const caller = await givenCaller();
      const http = own.http.bearer(caller.key.key);
      await http.post('/v1/chat/completions', { model: 'not-mine', messages: [] });
      await eventually(async () =>
        expect((await listed(`userId=${caller.user.id}`)).data).toMatchObject([{ score: 50 }]),
      );
      expect((await me(caller.user)).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});
