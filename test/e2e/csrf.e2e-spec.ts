import { createApp, type TestApp } from '../support/app.js';
import { cookieOf } from '../support/cookies.js';
import { givenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';

interface Session {
  readonly cookie: string;
  readonly csrf: string;
  readonly answer: TestResponse<{ data: { accessToken: string; csrfToken: string } }>;
}

describe('pages that send the cookie of a session', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: { JWT_SECRET } });
  });
  afterAll(() => t.close());

  async function session(at = t): Promise<Session> {
    const { email, password } = await givenUser(at);
    const answer = await at.http.post<Session['answer']['body']>('/api/auth/login', { email, password });
    const refresh = cookieOf(answer, 'sluice_refresh')?.value ?? '';
    return { cookie: `sluice_refresh=${refresh}`, csrf: cookieOf(answer, 'sluice_csrf')?.value ?? '', answer };
  }
  const refresh = (headers: Record<string, string>, body?: unknown, at = t) =>
    at.http.post('/api/auth/refresh', body, { headers });

  it('A-38 are told the token that belongs to it: in the answer, and in a cookie that their scripts can read', async () => {
    const { csrf, answer } = await session();
    expect(answer.body.data.csrfToken).toBe(csrf);
    const { attributes } = cookieOf(answer, 'sluice_csrf') ?? { attributes: new Map<string, string>() };
    expect(attributes.has('httponly')).toBe(false);
    expect([attributes.get('samesite'), attributes.get('path')]).toEqual(['Strict', '/']);
  });

  it('A-38 are refused without it, whatever they send, and the session goes on', async () => {
    const { cookie, csrf } = await session();
    const bodies: [string, unknown][] = [
      ['application/json', {}],
      ['application/json', undefined],
      ['text/plain', '{}'],
      ['application/x-www-form-urlencoded', 'a=b'],
    ];
    for (const [type, body] of bodies) {
      const { status, text } = await refresh({ cookie, 'content-type': type }, body);
      expect([type, status]).toEqual([type, type === 'application/json' ? 403 : expect.any(Number)]);
      expect(status).toBeGreaterThanOrEqual(400);
      if (type === 'application/json') expect(text).toContain('csrf_token_invalid');
    }
    expect((await refresh({ cookie, 'x-csrf-token': csrf })).status).toBe(200);
  });

  it('A-38 are refused with the token of another session, a changed one, and the cookie alone', async () => {
    const [{ cookie, csrf }, other] = [await session(), await session()];
    const changed = `${csrf.startsWith('A') ? 'B' : 'A'}${csrf.slice(1)}`;
    for (const token of [other.csrf, changed, '', 'x', `${csrf}${csrf}`]) {
      const { status, body } = await refresh({ cookie, 'x-csrf-token': token });
      expect([status, body]).toMatchObject([403, { error: { code: 'csrf_token_invalid' } }]);
    }
    const cookies = `${cookie}; sluice_csrf=${csrf}`;
    expect((await refresh({ cookie: cookies })).status).toBe(403);
    // Who plants a cookie beside does not come in by sending it twice.
    expect((await refresh({ cookie: `${cookie}; sluice_csrf=planted`, 'x-csrf-token': 'planted' })).status).toBe(403);
    expect((await refresh({ cookie, 'x-csrf-token': csrf })).status).toBe(200);
  });

  it('A-38 need none where they send a bearer token: a cookie opens nothing there', async () => {
    const { cookie, answer } = await session();
    const bearer = t.http.bearer(answer.body.data.accessToken);
    const rename = (headers: Record<string, string> = {}) =>
      bearer.patch('/api/v1/users/me', { name: 'Ada' }, { headers });
    expect((await rename()).status).toBe(200);
    expect((await rename({ cookie })).status).toBe(200);
    expect((await t.http.patch('/api/v1/users/me', { name: 'Ada' }, { headers: { cookie } })).status).toBe(401);
    expect((await bearer.post('/api/auth/logout')).status).toBe(204);
  });

  it('A-38 keep the token when the session goes on', async () => {
    const { cookie, csrf } = await session();
    const answer = await refresh({ cookie, 'x-csrf-token': csrf });
    expect(cookieOf(answer, 'sluice_csrf')?.value).toBe(csrf);
    expect(answer.body).toMatchObject({ data: { csrfToken: csrf } });
  });

  it('may leave it out where that is configured', async () => {
    const own = await createApp({
      databaseUrl: t.databaseUrl,
      environment: { JWT_SECRET, CSRF_PROTECTION: 'false', RUN_JOBS: 'false' },
    });
    try {
      const { cookie } = await session(own);
      expect((await refresh({ cookie }, undefined, own)).status).toBe(200);
    } finally {
      await own.close();
    }
  });
});
