import { createApp, type TestApp, type TestAppOptions } from '../support/app.js';
import { FirstAdministrator } from '../../src/auth/first-administrator.js';

const PASSWORD = 'Correct-Horse-7-Battery';

describe('first accounts', () => {
  let t: TestApp;
  afterEach(() => t.close());
  const start = async (environment: TestAppOptions['environment'] = {}) => (t = await createApp({ environment }));

  const register = (name: string) =>
    t.http.post<{ data: { role: string } }>('/api/auth/register', {
      email: `${name}@example.com`,
      password: PASSWORD,
      name,
    });
  const roleOf = async (name: string) => {
    const login = await t.http.post<{ data: { accessToken: string } }>('/api/auth/login', {
      email: `${name}@example.com`,
      password: PASSWORD,
    });
    const { body } = await t.http
      .bearer(login.body.data.accessToken)
      .get<{ data: { role: string } }>('/api/v1/auth/me');
    return body.data.role;
  };

  it('A-02 makes the first person administrator and the second a user', async () => {
    await start();
    const { rows } = await t.db.query('SELECT id, status, password_hash FROM users');
    expect(rows).toEqual([{ id: '00000000-0000-0000-0000-000000000001', status: 'inactive', password_hash: null }]);
    await register('ada');
    await register('grace');
    expect([await roleOf('ada'), await roleOf('grace')]).toEqual(['admin', 'user']);
  });

  it('A-02 makes one administrator of simultaneous first registrations, also at two replicas', async () => {
    await start();
    const replica = await createApp({ databaseUrl: t.databaseUrl });
    try {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          (i % 2 === 0 ? t : replica).http.post<{ data: { role: string } }>('/api/auth/register', {
            email: `person-${i}@example.com`,
            password: PASSWORD,
            name: `Person ${i}`,
          }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(201));
      const { rows } = await t.db.query("SELECT 1 FROM users WHERE role = 'admin'");
      expect(rows).toHaveLength(1);
    } finally {
      await replica.close();
    }
  });

  it('makes an administrator with a password of its own, once', async () => {
    await start();
    const made = await t.app.get(FirstAdministrator).ensure();
    expect(made).toMatchObject({ email: 'admin@sluice.local', password: expect.any(String) as string });
    const login = await t.http.post('/api/auth/login', made);
    expect([login.status, login.body]).toMatchObject([200, { data: { user: { role: 'admin' } } }]);
    expect(await t.app.get(FirstAdministrator).ensure()).toBeUndefined();
    expect(t.logs.join('')).not.toContain(made?.password);
    expect((await register('ada')).body.data.role).toBe('user');
  });

  it('makes one administrator when replicas start together', async () => {
    await start();
    const ensure = () => t.app.get(FirstAdministrator).ensure();
    const made = await Promise.all([ensure(), ensure(), ensure()]);
    expect(made.filter((account) => account !== undefined)).toHaveLength(1);
  });

  it('takes address and password from the environment, and does not repeat the password', async () => {
    await start({ ADMIN_EMAIL: ' Boss@Example.com', ADMIN_PASSWORD: PASSWORD });
    expect(await t.app.get(FirstAdministrator).ensure()).toEqual({ email: 'boss@example.com' });
    const { status } = await t.http.post('/api/auth/login', { email: 'boss@example.com', password: PASSWORD });
    expect(status).toBe(200);
  });

  it('can close registration', async () => {
    await start({ ALLOW_REGISTRATION: 'false' });
    const { status, body } = await register('ada');
    expect([status, body]).toMatchObject([403, { error: { code: 'registration_closed' } }]);
  });

  it('slows down who registers in bulk', async () => {
    await start({ REGISTRATION_RATE_MAX: '2' });
    expect([await register('a1'), await register('a2')].map(({ status }) => status)).toEqual([201, 201]);
    const third = await register('a3');
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(3_500);
  });

  it('counts sign-in attempts as configured', async () => {
    await start({ AUTH_RATE_MAX: '1', AUTH_RATE_WINDOW_SECONDS: '60' });
    const login = () => t.http.post('/api/auth/login', { email: 'nobody@example.com', password: PASSWORD });
    expect((await login()).status).toBe(401);
    const second = await login();
    expect([second.status, Number(second.headers.get('retry-after')) <= 60]).toEqual([429, true]);
  });

  it('signs developers in without a password where that is on', async () => {
    await start({ MOCK_AUTH: 'true' });
    const token = async (query: string) => {
      const { body } = await t.http.get<{ data: { accessToken: string } }>(`/api/auth/mock-login${query}`);
      return body.data.accessToken;
    };
    const me = async (query: string) => (await t.http.bearer(await token(query)).get('/api/v1/auth/me')).body;
    expect(await me('')).toMatchObject({ data: { role: 'admin' } });
    expect(await me('?role=user')).toMatchObject({ data: { role: 'user' } });
    expect(await me('?role=user')).toMatchObject({ data: { role: 'user' } });
  });

  it('hides that door where it is off', async () => {
    await start();
    const closed = await t.http.get('/api/auth/mock-login');
    const nowhere = await t.http.get('/api/auth/nowhere');
    expect([closed.status, closed.body['error']]).toEqual([404, nowhere.body['error']]);
  });
});
