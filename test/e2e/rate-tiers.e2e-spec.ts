import { createApp, type TestApp } from '../support/app.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

const LIMITS = { RATE_LIMIT_USER_PER_MINUTE: '7', RATE_LIMIT_API_KEY_PER_MINUTE: '9' };

const refused = (answer: TestResponse): void => {
  expect([answer.status, answer.body]).toMatchObject([
    429,
    { error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' } },
  ]);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.headers.get('x-ratelimit-remaining')).toBe('0');
  expect(answer.headers.get('x-request-id')).not.toBeNull();
};

describe('how fast anybody may call anything', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({
      environment: { ...LIMITS, RATE_LIMIT_ANONYMOUS_PER_MINUTE: undefined, TRUST_PROXY: '1' },
    });
  });
  afterAll(() => t.close());

  const from = (ip: string) => t.http.with({ 'x-forwarded-for': ip });

  it('H-12 refuses the 101st call of a stranger within a minute, on any address, and nobody else', async () => {
    const stranger = from('203.0.113.1');
    const paths = ['/api/v1/public/config', '/nowhere', '/openapi.json', '/api/v1/auth/me', '/v1/models'];
    const statuses: number[] = [];
    for (let i = 0; i < 100; i += 1) statuses.push((await stranger.get(paths[i % paths.length] ?? '')).status);
    expect(statuses).not.toContain(429);
    for (const path of paths) refused(await stranger.get(path));
    expect((await from('203.0.113.2').get('/nowhere')).status).toBe(404);
  });

  it('H-12 counts a whole /64 of IPv6 as one, and an IPv4 address as one however it is written', async () => {
    const left = async (ip: string) => (await from(ip).get('/nowhere')).headers.get('x-ratelimit-remaining');
    expect(await left('2001:db8:1:2::1')).toBe('99');
    expect(await left('2001:db8:1:2:ffff::9')).toBe('98');
    expect(await left('2001:db8:1:3::1')).toBe('99');
    expect(await left('198.51.100.7')).toBe('99');
    expect(await left('::ffff:198.51.100.7')).toBe('98');
  });

  it('H-12 does not count probes', async () => {
    const probe = from('203.0.113.3');
    for (let i = 0; i < 105; i += 1) expect((await probe.get('/liveness')).status).toBe(200);
    expect((await probe.get('/liveness')).headers.get('x-ratelimit-limit')).toBeNull();
  });

  it('H-12 counts a person over all sessions, wherever they are, and no claim of somebody else', async () => {
    const user = await givenUser(t);
    const again = await t.http.post<{ data: { accessToken: string } }>('/api/auth/login', {
      email: user.email,
      password: user.password,
    });
    const sessions = [user.http, t.http.bearer(again.body.data.accessToken)];
    // A forged claim costs the forger's own address.
    const forged = `${user.token.slice(0, user.token.lastIndexOf('.'))}.forged`;
    for (let i = 0; i < 10; i += 1) {
      expect((await from('203.0.113.4').bearer(forged).get('/api/v1/auth/me')).status).toBe(401);
    }
    for (let i = 0; i < 7; i += 1) {
      const answer = await (sessions[i % 2] as typeof user.http).get('/api/v1/auth/me');
      expect([answer.status, answer.headers.get('x-ratelimit-remaining')]).toEqual([200, String(6 - i)]);
    }
    for (const session of sessions) refused(await session.get('/api/v1/auth/me'));
    expect((await (await givenUser(t)).http.get('/api/v1/auth/me')).status).toBe(200);
  });

  it('H-12 counts an API key by itself', async () => {
    const user = await givenUser(t);
    const [one, two] = [await givenApiKey(t, user, []), await givenApiKey(t, user, [])];
    for (let i = 0; i < 9; i += 1) {
      const answer = await one.http.get('/v1/models');
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([
        200,
        expect.stringMatching(new RegExp(`^"requests";r=${8 - i};t=\\d+$`)) as string,
      ]);
      expect(answer.headers.get('ratelimit-policy')).toBe('"requests";q=9;w=60');
    }
    refused(await one.http.get('/v1/models'));
    expect((await two.http.get('/v1/models')).status).toBe(200);
  });

  it('H-13 goes on with a warning metric while Redis is away', async () => {
    const other = await createApp({ environment: { ...LIMITS, REDIS_URL: 'redis://127.0.0.1:1' } });
    try {
      const user = await givenUser(other);
      for (let i = 0; i < 7; i += 1) expect((await user.http.get('/api/v1/auth/me')).status).toBe(200);
      refused(await user.http.get('/api/v1/auth/me'));
      const metrics = await other.http.get('/metrics');
      expect(metrics.text).toMatch(/rate_store_failures_total\{store="redis"\} [1-9]/);
    } finally {
      await other.close();
    }
  });
});
