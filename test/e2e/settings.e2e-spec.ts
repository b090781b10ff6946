import { declaredSlices } from '#libs/config';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenUser } from '../support/given/users.js';

const SECRETS = {
  JWT_SECRET: 'a-jwt-secret-of-this-test-0123456789-abcdefghij',
  OPENAI_API_KEY: 'sk-provider-key-of-this-test',
  METRICS_TOKEN: 'metrics-token-of-this-test',
  ADMIN_PASSWORD: 'Correct-Horse-9-Of-This-Test',
};

interface AdminConfig {
  readonly data: {
    readonly profile: string;
    readonly variables: Record<string, unknown>;
    readonly warnings: unknown[];
  };
}

describe('the configuration', () => {
  let t: TestApp;
  beforeAll(async () => {
    t = await createApp({ environment: SECRETS });
  });
  afterAll(() => t.close());

  it('C-08 tells anybody what a console needs to know', async () => {
    const { status, body } = await t.http.get('/api/v1/config');
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        product: 'Sluice',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        currency: 'USD',
        loginMethods: ['password'],
        registrationOpen: true,
        identityProviders: [],
        docsUrl: '/docs',
        features: { passkeys: true, passwordReset: false },
      },
    });
  });

  it('C-08 follows the configuration', async () => {
    const other = await createApp({
      environment: { ALLOW_REGISTRATION: 'false', DOCS_ENABLED: 'false', MOCK_AUTH: 'true' },
    });
    try {
      const { body } = await other.http.get<{ data: object }>('/api/v1/config');
      expect(body.data).toMatchObject({ registrationOpen: false, docsUrl: null, loginMethods: ['password', 'mock'] });
      const refused = await other.http.post('/api/auth/register', {
        email: 'ada@example.com',
        name: 'Ada',
        password: 'Correct-Horse-7-Battery',
      });
      expect(refused.status).toBe(403);
    } finally {
      await other.close();
    }
  });

  it('C-08 has no secret, and names none', async () => {
    const { text } = await t.http.get('/api/v1/config');
    for (const value of Object.values(SECRETS)) expect(text).not.toContain(value);
    for (const slice of declaredSlices()) {
      for (const { env, secret } of Object.values(slice.variables)) if (secret) expect(text).not.toContain(env);
    }
    expect(text).not.toMatch(/secret|token|postgres|api.?key/i);
  });

  it('C-05 shows administrators every variable, with secrets as ***', async () => {
    const admin = await givenUser(t, { role: 'admin' });
    const { status, body, text } = await admin.http.get<AdminConfig>('/api/v1/admin/config');
    expect(status).toBe(200);
    const { variables } = body.data;
    const declared = declaredSlices().flatMap(({ variables: all }) => Object.values(all));
    expect(declared.length).toBeGreaterThan(20);
    expect(Object.keys(variables).sort()).toEqual(['NODE_ENV', ...declared.map(({ env }) => env)].sort());
    for (const name of Object.keys(SECRETS)) expect({ [name]: variables[name] }).toEqual({ [name]: '***' });
    expect(variables).toMatchObject({
      NODE_ENV: 'test',
      DATABASE_URL: '***',
      PORT: 0,
      REDIS_URL: null,
      CORS_ORIGIN: [],
    });
    for (const { env, secret } of declared) if (secret) expect(['***', null]).toContain(variables[env]);
    for (const value of [...Object.values(SECRETS), t.databaseUrl]) expect(text).not.toContain(value);
  });

  it('C-05 is for administrators, also those who may only read', async () => {
    const [reader, user] = await Promise.all([givenUser(t, { role: 'admin-readonly' }), givenUser(t)]);
    expect((await reader.http.get('/api/v1/admin/config')).status).toBe(200);
    expect((await user.http.get('/api/v1/admin/config')).status).toBe(403);
    expect((await t.http.get('/api/v1/admin/config')).status).toBe(401);
  });

  it.each([true, false])(
    'C-15 a setting changed on one instance holds on the other within 5 s (announced: %s)',
    async (announced) => {
      const other = await createApp({ databaseUrl: t.databaseUrl });
      try {
        const admin = await givenUser(t, { role: 'admin' });
        const title = `Models of Example ${String(announced)}`;
        const titleAt = async ({ http }: TestApp): Promise<unknown> =>
          (await http.get<{ data: { title: unknown } }>('/api/v1/branding')).body.data.title;
        expect(await titleAt(other)).not.toBe(title);
        // Without its announcement a change is found by its note.
        if (!announced) await t.db.query('ALTER TABLE changes DISABLE TRIGGER changes_announce');
        const changed = await admin.http.patch('/api/v1/branding', { title });
        const at = performance.now();
        expect([changed.status, changed.body]).toEqual([200, { data: { title } }]);
        expect(await titleAt(t)).toBe(title);
        await eventually(async () => expect(await titleAt(other)).toBe(title), 5_000);
        expect(performance.now() - at).toBeLessThan(5_000);
      } finally {
        await t.db.query('ALTER TABLE changes ENABLE TRIGGER changes_announce');
        await other.close();
      }
    },
  );

  it('lets administrators alone set what the installation calls itself, and refuses what is no title', async () => {
    const [admin, user] = [await givenUser(t, { role: 'admin' }), await givenUser(t)];
    expect((await user.http.patch('/api/v1/branding', { title: 'Mine' })).status).toBe(403);
    for (const title of ['', 'x'.repeat(101), 7]) {
      expect((await admin.http.patch('/api/v1/branding', { title })).status).toBe(400);
    }
    expect((await admin.http.patch('/api/v1/branding', { title: null })).body).toEqual({ data: { title: null } });
  });
});
