import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { TestHttp } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const PEOPLE = '/api/v1/admin/users';

interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly status: string;
  readonly bannedUntil: string | null;
}
type Listed = { data: Person[]; pagination: { total: number; limit: number } };

describe('the administration of people', () => {
  let t: TestApp;
  let other: TestApp;
  let admin: GivenUser;
  let reader: GivenUser;

  beforeAll(async () => {
    const environment = { JWT_SECRET, AUTH_RATE_MAX: '1000' };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
    admin = await givenUser(t, { role: 'admin', name: 'The Administrator' });
    reader = await givenUser(t, { role: 'admin-readonly', name: 'The Reader' });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const list = (query: string, who = admin) => who.http.get<Listed>(`${PEOPLE}?${query}`);
  const names = async (query: string) => (await list(query)).body.data.map(({ name }) => name);
  const me = (who: GivenUser, at = t) => new TestHttp(at.url).bearer(who.token).get('/api/v1/auth/me');
  const signIn = ({ email, password }: GivenUser) => t.http.post('/api/auth/login', { email, password });

  describe('list', () => {
    it('AD-01 finds by a part of the name and by the whole address, and takes wildcards for what they are', async () => {
      const odd = await givenUser(t, { name: '100% Ada_Lovelace' });
      await givenUser(t, { name: '1000 Ada Lovelace' });
      expect(await names('search=0%25%20ada')).toEqual(['100% Ada_Lovelace']);
      expect(await names('search=ada_l')).toEqual(['100% Ada_Lovelace']);
      expect(await names('search=%25')).toEqual(['100% Ada_Lovelace']);
      expect(await names(`search=${encodeURIComponent(odd.email.toUpperCase())}`)).toEqual(['100% Ada_Lovelace']);
      expect(await names(`search=${encodeURIComponent(odd.email.slice(0, -1))}`)).toEqual([]);
      expect(await names('search=system')).toEqual([]);
    });

    it('AD-01 filters by role and status, in an order, in pages of a hundred at most', async () => {
      const [a, b] = [await givenUser(t, { name: 'Sorted A' }), await givenUser(t, { name: 'Sorted B' })];
      await admin.http.post(`${PEOPLE}/${b.id}/suspend`);
      expect(await names('search=sorted&sort=name')).toEqual(['Sorted A', 'Sorted B']);
      expect(await names('search=sorted&sort=-name')).toEqual(['Sorted B', 'Sorted A']);
      expect(await names('search=sorted&status=inactive')).toEqual(['Sorted B']);
      expect(await names('search=sorted&status=active')).toEqual(['Sorted A']);
      expect(await names('role=admin-readonly')).toEqual(['The Reader']);
      await admin.http.post(`${PEOPLE}/${a.id}/ban`, { duration: '1h' });
      expect(await names('search=sorted&status=banned')).toEqual(['Sorted A']);
      const first = await list('search=sorted&sort=name&pageSize=1');
      expect(first.body).toMatchObject({ data: [{ id: a.id }], pagination: { total: 2, limit: 1 } });
      expect((await list('pageSize=100')).status).toBe(200);
      for (const bad of ['pageSize=101', 'limit=101', 'limit=0', 'status=gone', 'sort=email', 'page=0']) {
        expect([bad, (await list(bad)).status]).toEqual([bad, 400]);
      }
    });

    it('AD-01 shows itself to administrators, and everything else of it to nobody', async () => {
      const user = await givenUser(t);
      expect((await list('', user)).status).toBe(403);
      expect((await list('', reader)).status).toBe(200);
      const { text, body } = await reader.http.get<{ data: Person }>(`${PEOPLE}/${user.id}`);
      expect(body.data).toMatchObject({ id: user.id, email: user.email, status: 'active', bannedUntil: null });
      expect(text).not.toMatch(/password|sealed|index|argon/i);
      const id = '00000000-0000-4000-8000-000000000000';
      expect((await admin.http.get(`${PEOPLE}/${id}`)).body).toMatchObject({ error: { code: 'user_not_found' } });
    });

    it.each(['suspend', 'restore', 'ban'])('lets nobody but administrators %s', async (action) => {
      const user = await givenUser(t);
      for (const who of [user, reader]) {
        const { status } = await who.http.post(`${PEOPLE}/${user.id}/${action}`, { duration: '1h' });
        expect(status).toBe(403);
      }
      expect((await me(user)).status).toBe(200);
    });
  });

  it('AD-11 gives a role that holds at the next request, without a new sign-in, on the record', async () => {
    const user = await givenUser(t);
    expect((await list('', user)).status).toBe(403);
    const rows = await auditedBy(t, async () => {
      const { status, body } = await admin.http.patch(`${PEOPLE}/${user.id}`, { role: 'admin' });
      expect([status, body]).toMatchObject([200, { data: { role: 'admin' } }]);
    });
    expect(rows).toMatchObject([
      { action: 'USER_UPDATED', actor_id: admin.id, old_values: { role: 'user' }, new_values: { role: 'admin' } },
    ]);
    expect((await list('', user)).status).toBe(200);
    await admin.http.patch(`${PEOPLE}/${user.id}`, { role: 'user' });
    expect((await list('', user)).status).toBe(403);
    expect((await admin.http.patch(`${PEOPLE}/${user.id}`, { role: 'emperor' })).status).toBe(400);
  });

  it('AD-03 suspends at once, and restores', async () => {
    const user = await givenUser(t);
    const { body } = await admin.http.post(`${PEOPLE}/${user.id}/suspend`);
    expect(body).toMatchObject({ data: { status: 'inactive' } });
    expect((await me(user)).status).toBe(401);
    expect((await signIn(user)).status).toBe(401);
    const { rows } = await t.db.query('SELECT end_reason FROM sessions WHERE user_id = $1', [user.id]);
    expect(rows).toEqual([{ end_reason: 'suspended' }]);
    expect((await admin.http.post(`${PEOPLE}/${user.id}/restore`)).status).toBe(200);
    expect((await signIn(user)).status).toBe(200);
    // Its sessions have ended for good.
    expect((await me(user)).status).toBe(401);
  });

  it('AD-12 bans for a while, tells until when, and lifts the ban', async () => {
    const user = await givenUser(t);
    const rows = await auditedBy(t, async () => {
      const answer = await admin.http.post(`${PEOPLE}/${user.id}/ban`, { duration: '30m', reason: 'Noise.' });
      expect([answer.status, answer.body]).toMatchObject([200, { data: { banReason: 'Noise.' } }]);
    });
    expect(rows.map(({ action }) => action).toSorted()).toEqual(['SESSIONS_ENDED', 'USER_BANNED']);
    for (const answer of [await me(user), await signIn(user)]) {
      expect([answer.status, answer.body]).toMatchObject([403, { error: { code: 'banned' } }]);
      const { until } = (answer.body as { error: { details: { until: string } } }).error.details;
      expect(Math.round((Date.parse(until) - t.clock.now()) / 60_000)).toBe(30);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1_700);
    }
    // Whoever does not know the password learns nothing.
    expect((await t.http.post('/api/auth/login', { email: user.email, password: 'Wrong-1' })).status).toBe(401);
    expect((await admin.http.delete(`${PEOPLE}/${user.id}/ban`)).status).toBe(204);
    expect((await signIn(user)).status).toBe(200);
    for (const duration of ['0m', '30', '-1h', 'm', '1y', '99999999d']) {
      expect((await admin.http.post(`${PEOPLE}/${user.id}/ban`, { duration })).status).toBe(400);
    }
  });

  describe('keeps the last administrator', () => {
    const house = async (): Promise<[TestApp, GivenUser, GivenUser]> => {
      const own = await createApp({ environment: { JWT_SECRET, AUTH_RATE_MAX: '1000' } });
      return [own, await givenUser(own, { role: 'admin' }), await givenUser(own, { role: 'admin' })];
    };

    it('AD-18 from being demoted, suspended and banned', async () => {
      const [own, one, two] = await house();
      try {
        expect((await one.http.post(`${PEOPLE}/${two.id}/suspend`)).status).toBe(200);
        const attempts = [
          one.http.patch(`${PEOPLE}/${one.id}`, { role: 'user' }),
          one.http.post(`${PEOPLE}/${one.id}/suspend`),
          one.http.post(`${PEOPLE}/${one.id}/ban`, { duration: '1m' }),
        ];
        for (const { status, body } of await Promise.all(attempts)) {
          expect([status, body]).toMatchObject([409, { error: { code: 'last_administrator_needed' } }]);
        }
        expect((await one.http.get(PEOPLE)).status).toBe(200);
      } finally {
        await own.close();
      }
    });

    it('AD-18 when the last two shut each other out at once', async () => {
      const [own, one, two] = await house();
      try {
        for (let round = 0; round < 5; round += 1) {
          await own.db.query(
            "UPDATE users SET status = 'active', banned_until = NULL, role = 'admin' WHERE name = $1",
            [one.name],
          );
          const [a, b] = [await freshToken(own, one), await freshToken(own, two)];
          const ways: ((http: TestHttp, id: string) => Promise<{ status: number }>)[] = [
            (http, id) => http.patch(`${PEOPLE}/${id}`, { role: 'user' }),
            (http, id) => http.post(`${PEOPLE}/${id}/suspend`),
            (http, id) => http.post(`${PEOPLE}/${id}/ban`, { duration: '1h' }),
          ];
          const [first, second] = [ways[round % 3], ways[(round + 1) % 3]];
          await Promise.all([first?.(a, two.id), second?.(b, one.id)]);
          const { rows } = await own.db.query(
            "SELECT id FROM users WHERE role = 'admin' AND status = 'active' AND banned_until IS NULL",
          );
          expect(rows).toHaveLength(1);
        }
      } finally {
        await own.close();
      }
    });
  });

  it('A-37 takes a proof that is not long ago before it gives or takes rights', async () => {
    const [stale, user] = [await givenUser(t, { role: 'admin' }), await givenUser(t)];
    await t.db.query(
      "UPDATE sessions SET authenticated_at = authenticated_at - interval '16 minutes' WHERE user_id = ANY($1)",
      [[stale.id, user.id]],
    );
    const one = `${PEOPLE}/${user.id}`;
    const ways: [what: string, () => Promise<{ status: number; text: string }>][] = [
      ['role', () => stale.http.patch(one, { role: 'admin' })],
      ['suspend', () => stale.http.post(`${one}/suspend`)],
      ['restore', () => stale.http.post(`${one}/restore`)],
      ['ban', () => stale.http.post(`${one}/ban`, { duration: '1h' })],
      ['unban', () => stale.http.delete(`${one}/ban`)],
      ['unlock', () => stale.http.post(`${one}/unlock`)],
      ['invite', () => stale.http.post('/api/v1/admin/invitations', { email: 'mine@example.com', role: 'admin' })],
      ['scim', () => stale.http.post('/api/v1/admin/scim-tokens', { name: 'mine' })],
      ['e-mail', () => user.http.post('/api/auth/email-change/request', {})],
      ['password', () => user.http.post('/api/auth/password-change', {})],
    ];
    // So that the sessions are known by their new age before anything is tried.
    for (const { http } of [stale, user]) {
      await eventually(async () => {
        expect((await http.post('/api/v1/auth/passkeys/options')).text).toContain('recent_auth_required');
      });
    }
    for (const [what, way] of ways) {
      const { status, text } = await way();
      expect([what, status, text]).toEqual([what, 403, expect.stringContaining('recent_auth_required')]);
    }
    expect((await stale.http.get(one)).body).toMatchObject({ data: { role: 'user', status: 'active' } });
    await stale.http.post('/api/auth/reauthenticate', { password: stale.password });
    expect((await stale.http.post(`${one}/suspend`)).status).toBe(200);
  });

  async function freshToken(at: TestApp, { email, password }: GivenUser): Promise<TestHttp> {
    const { body } = await at.http.post<{ data: { accessToken: string } }>('/api/auth/login', { email, password });
    return at.http.bearer(body.data.accessToken);
  }
});
