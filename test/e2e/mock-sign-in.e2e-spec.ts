import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../support/app.js';
import { build, runEntry } from '../support/built.js';

const PATH = '/api/auth/mock-login';

describe('signing in without a password', () => {
  let dataDir: string;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-mock-'));
    await build();
  }, 180_000);
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it.each(['production', 'staging'])(
    'A-33 stops the start in %s, and says which variable is to blame',
    async (profile) => {
      const { code, stderr } = await runEntry('main', [], {
        environment: {
          NODE_ENV: profile,
          MOCK_AUTH: 'true',
          DATA_DIR: dataDir,
          DATABASE_URL: 'postgres://nobody@127.0.0.1:9/nowhere',
          PUBLIC_URL: 'https://sluice.example',
          JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa',
          ENCRYPTION_KEY: 'Vb7Qx2Lm9Kt4Rw6Zp1Hc8Nd3Sf5Yj0Ga',
        },
      });
      expect(code).toBe(78);
      expect(stderr).toMatch(/^ {2}MOCK_AUTH must be false$/m);
      expect(stderr.match(/^ {2}[A-Z_]+ /gm)).toHaveLength(1);
    },
  );

  it('A-33 gives developers a session of any role, and is not there where it is off', async () => {
    const t = await createApp({ environment: { MOCK_AUTH: 'true' } });
    try {
      for (const role of ['admin', 'user']) {
        const { status, body } = await t.http.get<{ data: { accessToken: string } }>(`${PATH}?role=${role}`);
        expect(status).toBe(200);
        const me = await t.http.bearer(body.data.accessToken).get('/api/v1/auth/me');
        expect([me.status, me.body]).toMatchObject([200, { data: { role } }]);
      }
      const off = await createApp({ databaseUrl: t.databaseUrl });
      try {
        const [answer, nowhere] = [
          await off.http.get<{ error: object }>(PATH),
          await off.http.get<{ error: object }>('/api/auth/nowhere'),
        ];
        expect([answer.status, answer.body.error]).toEqual([404, nowhere.body.error]);
      } finally {
        await off.close();
      }
    } finally {
      await t.close();
    }
  });
});
