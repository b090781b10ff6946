import { isForPeople, Routes, SYSTEM } from '#libs/access';
import { PasswordReset } from '../../src/auth/passwords/password.reset.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenAuthenticator } from '../support/given/second-factors.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

interface Token {
  id: string;
  name: string;
  prefix: string;
  token: string;
  expiresAt: string;
  lastUsedAt: string | null;
}
interface One {
  data: Token;
}
interface Many {
  data: Omit<Token, 'token'>[];
  pagination: { total: number };
}
interface Failure {
  error: { code: string };
}

const PATH = '/api/v1/auth/tokens';

describe('personal access tokens', () => {
  let t: TestApp;
  let other: TestApp;
  let user: GivenUser;
  beforeAll(async () => {
    const environment = { AUTH_RATE_MAX: '1000' };
    t = await createApp({ environment });
    other = await createApp({ environment, databaseUrl: t.databaseUrl });
    user = await givenUser(t);
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const cliLogin = (body: object = {}) =>
    t.http.post<One>('/api/auth/cli-login', { email: user.email, password: user.password, ...body });
  const me = (token: string, app = t) => app.http.bearer(token).get<Failure>('/api/v1/auth/me');
  const listed = async (id: string) => (await user.http.get<Many>(PATH)).body.data.find((each) => each.id === id);

  it('A-35 are given for a password, open the control plane, and are kept as a keyed hash', async () => {
    const rows = await auditedBy(t, async () => {
      const answer = await cliLogin({ name: 'laptop' });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({ data: { name: 'laptop', tokenType: 'Bearer', user: { id: user.id } } });
      expect(answer.headers.getSetCookie()).toEqual([]);
    });
    expect(rows.map(({ action }) => action)).toEqual(['PERSONAL_TOKEN_ISSUED']);
    const { token, prefix } = (await cliLogin()).body.data;
    expect(token).toMatch(/^slp_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
    expect(token.startsWith(prefix)).toBe(true);
    expect((await me(token)).status).toBe(200);
    expect((await me(token, other)).status).toBe(200);
    const [, random = ''] = token.split('_').slice(1);
    const { rows: dump } = await t.db.query<{ text: string }>('SELECT p::text AS text FROM personal_tokens p');
    const text = dump.map((row) => row.text).join('\n') + t.logs.join('\n');
    for (const secret of [random, Buffer.from(random).toString('hex')]) expect(text).not.toContain(secret);
    expect(dump.length).toBeGreaterThan(0);
  });

  it('A-35 cost a wrong password what a sign-in costs, and ask for the same limits', async () => {
    const wrong = await t.http.post<Failure>('/api/auth/cli-login', {
      email: user.email,
      password: 'Wrong-Horse-7-Battery',
    });
    const unknown = await t.http.post<Failure>('/api/auth/cli-login', {
      email: 'no@example.com',
      password: 'Wrong-Horse-7',
    });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body.error).toEqual(unknown.body.error);
  });

  it('A-35 are not accepted by the gateway, and API keys not by the control plane', async () => {
    const { token } = (await cliLogin()).body.data;
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${token}` },
      { 'x-api-key': token },
      { 'x-client-api-key': token },
    ];
    for (const headers of ways) {
      const answer = await t.http.with(headers).get<Failure>('/v1/models');
      expect([answer.status, answer.body.error.code]).toEqual([401, 'invalid_api_key']);
    }
  });

  it('A-35 tell when they were used last, at most once a minute', async () => {
    const { token, id } = (await cliLogin()).body.data;
    expect((await listed(id))?.lastUsedAt).toBeNull();
    await me(token);
    const first = (await listed(id))?.lastUsedAt;
    expect(first).toEqual(expect.any(String));
    await me(token);
    expect((await listed(id))?.lastUsedAt).toBe(first);
    t.clock.advance({ seconds: 61 });
    await me(token);
    expect((await listed(id))?.lastUsedAt).not.toBe(first);
  });

  it('A-36 are listed without their values, made with a name and an end, and ended one by one on every replica', async () => {
    const expiresAt = new Date(t.clock.now() + 86_400_000).toISOString();
    const made = await user.http.post<One>(PATH, { name: 'deploy', expiresAt });
    expect([made.status, made.body.data.expiresAt]).toEqual([201, expiresAt]);
    const { id, token } = made.body.data;
    const list = await user.http.get<Many>(PATH);
    expect(list.text).not.toContain(token);
    expect(Object.keys(list.body.data[0] ?? {}).sort()).toEqual(
      ['createdAt', 'expiresAt', 'id', 'lastUsedAt', 'name', 'prefix'].sort(),
    );
    expect((await me(token, other)).status).toBe(200);
    const stranger = await givenUser(t);
    expect((await stranger.http.delete(`${PATH}/${id}`)).status).toBe(404);
    expect((await user.http.delete(`${PATH}/${id}`)).status).toBe(204);
    expect([(await me(token)).status, (await me(token, other)).status]).toEqual([401, 401]);
    expect((await user.http.delete(`${PATH}/${id}`)).status).toBe(404);
    expect(await listed(id)).toBeUndefined();
  });

  it('A-36 end themselves, and nothing else', async () => {
    const [one, two] = [(await cliLogin()).body.data, (await cliLogin()).body.data];
    const rows = await auditedBy(t, async () => {
      const answer = await t.http.bearer(one.token).post<One>('/api/auth/cli-logout');
      expect([answer.status, answer.body.data.id]).toEqual([200, one.id]);
    });
    expect(rows).toMatchObject([{ action: 'PERSONAL_TOKEN_ENDED', resource_id: one.id, actor_id: user.id }]);
    expect([(await me(one.token)).status, (await me(two.token)).status]).toEqual([401, 200]);
    const bySession = await user.http.post<Failure>('/api/auth/cli-logout');
    expect([bySession.status, bySession.body.error.code]).toEqual([400, 'personal_token_expected']);
    expect((await user.http.get('/api/v1/auth/me')).status).toBe(200);
  });

  it('A-36 run out, and cannot be made for longer than a year or for the past', async () => {
    const { token } = (await cliLogin({ expiresAt: new Date(t.clock.now() + 5_000).toISOString() })).body.data;
    expect((await me(token)).status).toBe(200);
    t.clock.advance({ seconds: 6 });
    expect((await me(token)).status).toBe(401);
    for (const days of [-1, 367]) {
      const wish = { name: 'x', expiresAt: new Date(t.clock.now() + days * 86_400_000).toISOString() };
      const answer = await user.http.post<Failure>(PATH, wish);
      expect([answer.status, answer.body.error.code]).toEqual([400, 'personal_token_expiry_invalid']);
    }
  });

  it('A-36 make no further tokens, and end no session', async () => {
    const { token, id } = (await cliLogin()).body.data;
    const http = t.http.bearer(token);
    for (const answer of [
      await http.post<Failure>(PATH, { name: 'more' }),
      await http.delete<Failure>(`${PATH}/${id}`),
      await http.post<Failure>('/api/auth/logout'),
    ]) {
      expect([answer.status, answer.body.error.code]).toEqual([403, 'session_required']);
    }
    expect((await http.get<Many>(PATH)).status).toBe(200);
  });

  it('A-36 change nothing about who their owner is', () => {
    const open = t.app
      .get(Routes)
      .list()
      .filter(({ method, path }) => method !== 'GET' && /^\/api\/(v1\/)?auth\//.test(path))
      .filter(
        ({ rule }) => rule !== undefined && isForPeople(rule) && rule.bySession !== true && rule.recent !== 'identity',
      )
      .map(({ method, path }) => `${method} ${path}`);
    expect(open).toEqual(['POST /api/auth/cli-logout']);
  });

  it('A-36 are no use to somebody who was shut out, at once and everywhere', async () => {
    const gone = await givenUser(t);
    const { token } = (await t.http.post<One>('/api/auth/cli-login', { email: gone.email, password: gone.password }))
      .body.data;
    expect((await me(token, other)).status).toBe(200);
    await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [gone.id]);
    await eventually(async () => {
      expect([(await me(token)).status, (await me(token, other)).status]).toEqual([401, 401]);
    }, 1_000);
  });

  it('A-36 end with a password that somebody else resets', async () => {
    const admin = await givenUser(t, { role: 'admin' });
    const login = { email: admin.email, password: admin.password };
    const { token } = (await t.http.post<One>('/api/auth/cli-login', login)).body.data;
    expect((await me(token)).status).toBe(200);
    expect(await t.app.get(PasswordReset).run(SYSTEM, admin.email)).toEqual(expect.any(String));
    expect((await me(token)).status).toBe(401);
  });

  it.each([
    [
      'a ban',
      ({ id }: GivenUser, { http }: GivenUser) => http.post(`/api/v1/admin/users/${id}/ban`, { duration: '1h' }),
    ],
    ['a suspension', ({ id }: GivenUser, { http }: GivenUser) => http.post(`/api/v1/admin/users/${id}/suspend`)],
    [
      'another password',
      ({ http, password: currentPassword }: GivenUser) =>
        http.post('/api/auth/password-change', { currentPassword, newPassword: 'Staple-Horse-8-Battery' }),
    ],
  ])('A-36 end for good with %s, also where there is no session, and with no single session', async (_, end) => {
    const [owner, admin] = [await givenUser(t), await givenUser(t, { role: 'admin' })];
    const { id, token } = (await owner.http.post<One>(PATH, { name: 'laptop' })).body.data;
    const { email, password } = owner;
    await t.http.post('/api/auth/login', { email, password });
    expect((await owner.http.delete('/api/v1/auth/sessions')).status).toBeLessThan(300);
    expect((await me(token)).status).toBe(200);
    if (end.length > 1) await owner.http.post('/api/auth/logout');
    expect((await end(owner, admin)).status).toBeLessThan(300);
    const { rows } = await t.db.query('SELECT 1 FROM personal_tokens WHERE id = $1 AND ended_at IS NOT NULL', [id]);
    expect(rows).toHaveLength(1);
    expect([(await me(token)).status, (await me(token, other)).status]).not.toContain(200);
  });

  it('A-36 are no way around a second factor that their owner has now', async () => {
    const owner = await givenUser(t);
    const make = async () => (await owner.http.post<One>(PATH, { name: 'laptop' })).body.data.token;
    const weak = await make();
    expect((await me(weak, other)).status).toBe(200);
    await givenAuthenticator(t, owner);
    expect([(await me(weak)).status, (await me(weak, other)).status]).toEqual([401, 401]);
    expect((await me(await make())).status).toBe(200);
  });

  it('A-35 stand in the history of sign-ins when a password was given for them', async () => {
    const owner = await givenUser(t);
    await owner.http.post(PATH, { name: 'of a session' });
    await t.http.post('/api/auth/cli-login', { email: owner.email, password: owner.password });
    const { body } = await owner.http.get<{ data: object[] }>('/api/v1/auth/sign-ins');
    expect(body.data).toHaveLength(2);
    expect(body.data[0]).toMatchObject({ success: true, methods: ['pwd'], current: false });
  });

  it('A-36 are as many as one may have, and no more', async () => {
    const hoarder = await givenUser(t);
    for (let n = 0; n < 50; n += 1) {
      expect((await hoarder.http.post(PATH, { name: `t${n}` })).status).toBe(201);
    }
    const answer = await hoarder.http.post<Failure>(PATH, { name: 'one more' });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'personal_tokens_too_many']);
  });
});
