import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, TEST_ENCRYPTION_KEY, type TestApp } from '../support/app.js';
import { build, type Ended, runEntry } from '../support/built.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { givenUser } from '../support/given/users.js';

describe('npm run admin:reset-password', () => {
  let folder: string;
  let database: TestDatabase;
  let t: TestApp;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-reset-'));
    database = await createTestDatabase();
    t = await createApp({ databaseUrl: database.url });
    await build();
  }, 180_000);
  afterAll(async () => {
    await t.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const reset = (...args: string[]): Promise<Ended> =>
    runEntry('reset-admin-password', args, {
      environment: {
        NODE_ENV: 'test',
        DATA_DIR: folder,
        DATABASE_URL: database.url,
        ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
      },
      cwd: folder,
    });

  it('gives an administrator a new password, ends the sessions, and leaves a trace without it', async () => {
    const admin = await givenUser(t, { role: 'admin' });
    const { code, stdout } = await reset('--email', admin.email.toUpperCase());
    expect(code).toBe(0);
    const password = stdout.trim();
    const login = (secret: string) => t.http.post('/api/auth/login', { email: admin.email, password: secret });
    expect((await login(admin.password)).status).toBe(401);
    expect((await login(password)).status).toBe(200);
    const { rows } = await t.db.query<object>(
      "SELECT actor_kind, resource_id, old_values, new_values FROM audit_logs WHERE action = 'PASSWORD_RESET'",
    );
    expect(rows).toEqual([{ actor_kind: 'system', resource_id: admin.id, old_values: null, new_values: null }]);
    const sessions = await t.db.query<{ reason: string | null }>(
      'SELECT end_reason AS reason FROM sessions WHERE user_id = $1 ORDER BY created_at, id',
      [admin.id],
    );
    expect(sessions.rows[0]).toEqual({ reason: 'password_reset' });
  });

  it('gives nobody else one, and says so in a sentence', async () => {
    const user = await givenUser(t);
    const { code, stdout, stderr } = await reset('--email', user.email);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`No active administrator has the address ${user.email}.`);
    expect(stderr).not.toContain('    at ');
    expect((await reset('--mail', 'x')).code).toBe(2);
  });
});
