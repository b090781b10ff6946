import { createApp, type TestApp } from '../support/app.js';
import { givenUser } from '../support/given/users.js';

describe('limits of signing in', () => {
  const apps: TestApp[] = [];
  afterAll(() => Promise.all(apps.map((app) => app.close())));

  /** Behind a proxy, so that a test can come from anywhere. */
  async function given(environment: Record<string, string>): Promise<TestApp> {
    const t = await createApp({ environment: { TRUST_PROXY: '1', ...environment } });
    apps.push(t);
    return t;
  }

  let strangers = 0;
  const attempt = async (t: TestApp, from: string, account?: { email: string; password?: string }) => {
    const email = account?.email ?? `stranger-${(strangers += 1)}@example.com`;
    const body = { email, password: account?.password ?? 'Wrong-Horse-8-Battery' };
    return (await t.http.post('/api/auth/login', body, { headers: { 'x-forwarded-for': from } })).status;
  };

  it.each<[Record<string, string>, number]>([
    [{}, 5],
    [{ AUTH_RATE_MAX: '2' }, 2],
    // Nobody listens there: what is counted with Redis is counted in the process.
    [{ REDIS_URL: 'redis://127.0.0.1:9' }, 5],
  ])('A-39 let so many attempts at one account through in 15 minutes with %j: %i', async (environment, most) => {
    const t = await given({ ...environment, LOCKOUT_FAILURES: '50', LOCKOUT_FINAL_FAILURES: '0' });
    const email = 'somebody@example.com';
    const login = () => t.http.post('/api/auth/login', { email, password: 'Wrong-Horse-8-Battery' });
    for (let n = 0; n < most; n += 1) expect((await login()).status).toBe(401);
    const { status, headers, body } = await login();
    expect([status, body]).toMatchObject([429, { error: { code: 'rate_limited', type: 'rate_limit_error' } }]);
    const seconds = Number(headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(890);
    expect(seconds).toBeLessThanOrEqual(900);
    expect(headers.get('x-ratelimit-limit')).toBe(String(most));
    expect(headers.get('x-ratelimit-remaining')).toBe('0');
    expect(headers.get('x-ratelimit-reset')).toBe(String(seconds));
    // Another account, and the same from elsewhere, are other counts.
    expect(await attempt(t, '203.0.113.7', { email })).toBe(401);
    expect(await attempt(t, '127.0.0.1')).toBe(401);
  });

  it('count what comes from one network to all accounts, however its address is written', async () => {
    const t = await given({ AUTH_NETWORK_RATE_MAX: '3' });
    const statuses = async (...addresses: string[]) => {
      const found: number[] = [];
      for (const address of addresses) found.push(await attempt(t, address));
      return found;
    };
    const fourth = [401, 401, 401, 429];
    expect(await statuses('203.0.113.7', '203.0.113.7:1', '203.0.113.7:2', '::ffff:203.0.113.7')).toEqual(fourth);
    expect(await statuses('2001:db8::1', '2001:db8::2', '[2001:db8::3]:9', '2001:db8:0:0:ffff::4')).toEqual(fourth);
    expect(await statuses('unknown', 'unknown-2', '"', '203.0.113.7:x')).toEqual(fourth);
    expect(await statuses('203.0.113.8', '2001:db8:0:1::1')).toEqual([401, 401]);
  });

  it('let an account that many try be used from where it was used before, and from nowhere else', async () => {
    const t = await given({ AUTH_ACCOUNT_RATE_MAX: '5' });
    // Its own session is the first attempt.
    const { email, password } = await givenUser(t);
    expect(await attempt(t, '203.0.113.7', { email, password })).toBe(200);
    for (const last of [10, 11, 12]) expect(await attempt(t, `203.0.113.${last}`, { email })).toBe(401);
    expect(await attempt(t, '203.0.113.13', { email, password })).toBe(429);
    expect(await attempt(t, '203.0.113.7', { email, password })).toBe(200);
    expect(await attempt(t, '203.0.113.13')).toBe(401);
    // Another kind of device in the same network is not the one that it was used on, unless it carries the mark.
    const here = { 'x-forwarded-for': '203.0.113.7' };
    const other = { ...here, 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' };
    const ask = (headers: Record<string, string>) => t.http.post('/api/auth/login', { email, password }, { headers });
    expect((await ask(other)).status).toBe(429);
    const cookies = (await ask(here)).headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
    const cookie = cookies.find((each) => each.startsWith('sluice_device=')) ?? '';
    expect((await ask({ ...other, cookie })).status).toBe(200);
  });

  it('let a stranger write so many rows of the audit log a minute', async () => {
    const t = await given({ AUDIT_REFUSALS_PER_MINUTE: '2' });
    for (let n = 0; n < 5; n += 1) expect(await attempt(t, '203.0.113.7')).toBe(401);
    expect(await attempt(t, '203.0.113.8')).toBe(401);
    const { rows } = await t.db.query<{ ip: string }>(
      "SELECT ip FROM audit_trail WHERE action = 'SIGN_IN_FAILED' ORDER BY id",
    );
    expect(rows.map(({ ip }) => ip)).toEqual(['203.0.113.7', '203.0.113.7', '203.0.113.8']);
  });
});
