import { createHmac } from 'node:crypto';
import { deriveKey } from '#libs/crypto';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { cookieOf } from '../support/cookies.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const NOBODY = '00000000-0000-4000-8000-000000000000';

interface Listed {
  readonly id: string;
  readonly device: string;
  readonly ip: string;
  readonly methods: string[];
  readonly current: boolean;
  readonly createdAt: string;
  readonly lastActivity: string;
  readonly expiresAt: string;
}

interface Opened {
  readonly id: string;
  readonly token: string;
  readonly refreshToken: string;
  readonly http: TestHttp;
}

/** What a page of ours would send beside the cookie. */
function csrfOf(refreshToken: string): string {
  const [sessionId = ''] = refreshToken.split('.');
  return createHmac('sha256', deriveKey(JWT_SECRET, 'csrf')).update(sessionId).digest('base64url');
}

describe('sessions', () => {
  let t: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    const environment = { JWT_SECRET, AUTH_RATE_MAX: '1000', TRUST_PROXY: '1' };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  async function signIn(user: GivenUser, headers: Record<string, string> = {}, at = t): Promise<Opened> {
    const { email, password } = user;
    const answer = await at.http.post<{ data: { accessToken: string } }>(
      '/api/auth/login',
      { email, password },
      { headers },
    );
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
    const token = answer.body.data.accessToken;
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
    const refreshToken = cookieOf(answer, 'sluice_refresh')?.value ?? '';
    return { id: claims.sid, token, refreshToken, http: at.http.bearer(token) };
  }
  const list = async (http: TestHttp) => (await http.get<{ data: Listed[] }>('/api/v1/auth/sessions')).body.data;
  const status = async (token: string, at = t) => (await at.http.bearer(token).get('/api/v1/auth/me')).status;
  const refresh = (refreshToken: string, at = t): Promise<TestResponse<{ error?: { code: string } }>> =>
    at.http.post('/api/auth/refresh', undefined, {
      headers: { cookie: `sluice_refresh=${refreshToken}`, 'x-csrf-token': csrfOf(refreshToken) },
    });

  describe('in a list', () => {
    it('A-11 tell device, address, activity, and which of them asks', async () => {
      const user = await givenUser(t);
      const second = await signIn(user, { 'user-agent': FIREFOX, 'x-forwarded-for': '203.0.113.7' });
      const [newest, oldest, ...more] = await list(second.http);
      expect(more).toEqual([]);
      const moment = expect.stringMatching(/^\d{4}-.*Z$/) as string;
      expect(newest).toEqual({
        id: second.id,
        device: 'Firefox on Linux',
        ip: '203.0.113.7',
        methods: ['pwd'],
        current: true,
        createdAt: moment,
        lastActivity: moment,
        expiresAt: moment,
      });
      expect(oldest).toMatchObject({ device: 'node', ip: '127.0.0.1', current: false });
    });

    it('A-11 tell of an activity when they go on', async () => {
      const session = await signIn(await givenUser(t));
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await refresh(session.refreshToken)).status).toBe(200);
      const [own] = await list(session.http);
      expect(Date.parse(own?.lastActivity ?? '')).toBeGreaterThan(Date.parse(own?.createdAt ?? ''));
    });
  });

  describe('that their owner ends', () => {
    it('A-11 end at once, on the record, and the others go on', async () => {
      const user = await givenUser(t);
      const lost = await signIn(user);
      const rows = await auditedBy(t, async () => {
        const answer = await user.http.delete(`/api/v1/auth/sessions/${lost.id}`);
        expect([answer.status, answer.text]).toEqual([204, '']);
      });
      expect(rows).toMatchObject([
        { action: 'SESSIONS_ENDED', resource_id: user.id, new_values: { reason: 'revoked', sessions: [lost.id] } },
      ]);
      expect(await status(lost.token)).toBe(401);
      expect((await refresh(lost.refreshToken)).status).toBe(401);
      expect((await list(user.http)).map(({ current }) => current)).toEqual([true]);
      expect((await user.http.delete(`/api/v1/auth/sessions/${lost.id}`)).status).toBe(404);
    });

    it('A-11 end on the other replica within a second, also when its notification is lost', async () => {
      const user = await givenUser(t);
      const lost = await signIn(user);
      await t.db.query('ALTER TABLE changes DISABLE TRIGGER changes_announce');
      try {
        expect(await status(lost.token, other)).toBe(200);
        await user.http.delete(`/api/v1/auth/sessions/${lost.id}`);
        await eventually(async () => expect(await status(lost.token, other)).toBe(401), 1_000);
      } finally {
        await t.db.query('ALTER TABLE changes ENABLE TRIGGER changes_announce');
      }
    });

    it("A-11 are one's own: another's is not found and goes on", async () => {
      const [user, stranger] = [await givenUser(t), await givenUser(t, { role: 'admin' })];
      const [own] = await list(user.http);
      for (const id of [own?.id ?? '', NOBODY]) {
        const { status: code, body } = await stranger.http.delete(`/api/v1/auth/sessions/${id}`);
        expect([code, body]).toMatchObject([404, { error: { code: 'session_not_found' } }]);
      }
      expect(await status(user.token)).toBe(200);
    });

    it('A-11 end all but the one that asks', async () => {
      const user = await givenUser(t);
      const others = [await signIn(user), await signIn(user)];
      expect((await user.http.delete('/api/v1/auth/sessions')).status).toBe(204);
      for (const { token } of others) expect(await status(token)).toBe(401);
      expect(await list(user.http)).toHaveLength(1);
    });
  });

  describe('of others', () => {
    const path = ({ id }: GivenUser) => `/api/v1/admin/users/${id}/sessions`;

    it('are shown to administrators and ended by them, one or all', async () => {
      const [admin, user] = [await givenUser(t, { role: 'admin' }), await givenUser(t)];
      const [second, third] = [await signIn(user), await signIn(user)];
      const { body } = await admin.http.get<{ data: Listed[] }>(path(user));
      expect(body.data.map(({ current }) => current)).toEqual([false, false, false]);
      expect((await admin.http.delete(`${path(user)}/${second.id}`)).status).toBe(204);
      expect([await status(second.token), await status(third.token)]).toEqual([401, 200]);
      expect((await admin.http.delete(path(user))).status).toBe(204);
      expect([await status(third.token), await status(user.token)]).toEqual([401, 401]);
    });

    it('are found with their own person alone, and not by everybody', async () => {
      const [admin, user] = [await givenUser(t, { role: 'admin' }), await givenUser(t)];
      const [own] = await list(user.http);
      const missed = await admin.http.delete(`${path(admin)}/${own?.id ?? ''}`);
      expect([missed.status, missed.body]).toMatchObject([404, { error: { code: 'session_not_found' } }]);
      expect((await admin.http.get(path({ id: NOBODY } as GivenUser))).status).toBe(404);
      const reader = await givenUser(t, { role: 'admin-readonly' });
      expect((await reader.http.get(path(user))).status).toBe(200);
      expect((await reader.http.delete(path(user))).status).toBe(403);
      expect((await user.http.get(path(user))).status).toBe(403);
      expect(await status(user.token)).toBe(200);
    });
  });

  describe('of one person', () => {
    it('A-12 are five at most: the sixth sign-in ends the oldest', async () => {
      const user = await givenUser(t);
      const later: Opened[] = [];
      for (let n = 2; n <= 5; n += 1) later.push(await signIn(user));
      expect(await status(user.token)).toBe(200);
      const sixth = await signIn(user);
      expect(await status(user.token)).toBe(401);
      expect((await list(sixth.http)).map(({ id }) => id)).toEqual([sixth, ...later.toReversed()].map(({ id }) => id));
    });

    it('A-12 are no more when many sign in at once on two replicas', async () => {
      const user = await givenUser(t);
      const opened = await Promise.all(Array.from({ length: 12 }, (_, n) => signIn(user, {}, n % 2 === 0 ? t : other)));
      const good = await Promise.all(opened.map(async ({ token, http }) => [await status(token), http] as const));
      const left = good.filter(([code]) => code === 200);
      expect(left).toHaveLength(5);
      expect(await list(left[0]?.[1] ?? t.http)).toHaveLength(5);
    });

    it('A-12 are as many as the configuration says', async () => {
      const own = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { JWT_SECRET, MAX_SESSIONS_PER_USER: '1', RUN_JOBS: 'false' },
      });
      try {
        const user = await givenUser(t);
        const only = await signIn(user, {}, own);
        expect(await status(user.token, own)).toBe(401);
        expect(await list(only.http)).toHaveLength(1);
      } finally {
        await own.close();
      }
    });
  });

  describe('by themselves', () => {
    it('A-13 end after 31 days without use', async () => {
      const own = await createApp({ environment: { JWT_SECRET } });
      try {
        const session = await signIn(await givenUser(own), {}, own);
        own.clock.advance({ days: 31 });
        const late = await refresh(session.refreshToken, own);
        expect([late.status, late.body]).toMatchObject([401, { error: { code: 'session_expired' } }]);
      } finally {
        await own.close();
      }
    });

    it('A-13 end after 90 days, however much they are used', async () => {
      const own = await createApp({ environment: { JWT_SECRET } });
      try {
        let { refreshToken } = await signIn(await givenUser(own), {}, own);
        for (const days of [29, 29, 29]) {
          own.clock.advance({ days });
          const answer = await refresh(refreshToken, own);
          expect(answer.status).toBe(200);
          refreshToken = cookieOf(answer, 'sluice_refresh')?.value ?? '';
        }
        own.clock.advance({ days: 4 });
        expect((await refresh(refreshToken, own)).body).toMatchObject({ error: { code: 'session_expired' } });
      } finally {
        await own.close();
      }
    });

    it('A-13 end when the configuration says', async () => {
      const own = await createApp({ environment: { JWT_SECRET, SESSION_IDLE_DAYS: '1', SESSION_LIFE_DAYS: '2' } });
      try {
        const session = await signIn(await givenUser(own), {}, own);
        own.clock.advance({ hours: 25 });
        expect((await refresh(session.refreshToken, own)).body).toMatchObject({ error: { code: 'session_expired' } });
      } finally {
        await own.close();
      }
    });
  });

  it('A-09 are gone on with by exactly one of many who come with the same token at once, on two replicas', async () => {
    const { refreshToken, token } = await signIn(await givenUser(t));
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) => refresh(refreshToken, n % 2 === 0 ? t : other)),
    );
    const won = answers.filter(({ status: code }) => code === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status: code }) => code === 401)).toHaveLength(15);
    // The token is in two hands: neither the winner nor anybody else goes on.
    const child = cookieOf(won[0] ?? { headers: new Headers() }, 'sluice_refresh')?.value ?? '';
    expect((await refresh(child)).status).toBe(401);
    expect(await status(token)).toBe(401);
  });

  describe('and their access tokens', () => {
    const validate = async (token: string, at = t) =>
      (await at.http.post<{ data: object }>('/api/auth/validate', { token })).body.data;

    it('A-34 are told what they are worth', async () => {
      const { id, token, http } = await givenUser(t);
      const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
      expect(await validate(token)).toEqual({
        valid: true,
        userId: id,
        expiresAt: new Date(exp * 1_000).toISOString(),
      });
      await http.post('/api/auth/logout');
      expect(await validate(token)).toEqual({ valid: false });
    });

    it('A-34 are worth nothing when they were tampered with, or are of another kind', async () => {
      const { token, ...session } = await signIn(await givenUser(t));
      const [head = '', claims = '', signature = ''] = token.split('.');
      const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
      for (const bad of [`${head}.${claims}.${flipped}`, unsigned, session.refreshToken, 'x']) {
        expect(await validate(bad)).toEqual({ valid: false });
      }
      expect(await validate(token)).toMatchObject({ valid: true });
    });
  });
});
