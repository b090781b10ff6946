import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenPasskey } from '../support/given/passkeys.js';
import { givenAuthenticator } from '../support/given/second-factors.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { SoftAuthenticator } from '../support/soft-authenticator.js';

const ORIGIN = 'http://localhost:3000';

interface SignIn {
  data: { accessToken?: string; methods?: string[] };
}

describe('second factors that an administrator removes', () => {
  let t: TestApp;
  let smtp: SmtpSink;
  let admin: GivenUser;
  beforeAll(async () => {
    smtp = await SmtpSink.start();
    const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com' };
    t = await createApp({ environment: { PUBLIC_URL: ORIGIN, AUTH_RATE_MAX: '1000', ...mail } });
    admin = await givenUser(t, { role: 'admin' });
  });
  afterAll(async () => {
    await t.close();
    await smtp.stop();
  });

  /** Somebody with one-time codes, backup codes and a passkey, and a token for a program. */
  const givenOwner = async () => {
    const user = await givenUser(t);
    await givenAuthenticator(t, user);
    await givenPasskey(user, new SoftAuthenticator(ORIGIN));
    const { body } = await user.http.post<{ data: { token: string } }>('/api/v1/auth/tokens', { name: 'laptop' });
    return { user, token: t.http.bearer(body.data.token) };
  };
  const reset = ({ id }: { id: string }, by = admin, kind?: string) =>
    by.http.delete<{ error: { code: string } }>(
      `/api/v1/admin/users/${id}/second-factors${kind === undefined ? '' : `?kind=${kind}`}`,
    );
  const login = async ({ email, password }: GivenUser) =>
    (await t.http.post<SignIn>('/api/auth/login', { email, password })).body.data;
  const me = ({ http }: Pick<GivenUser, 'http'>) => http.get('/api/v1/auth/me');

  it('A-27 are all gone: whoever lost the phone gets in with the password, and what was open has ended', async () => {
    const { user, token } = await givenOwner();
    expect((await login(user)).methods).toEqual(['totp', 'passkey', 'backup-code']);
    const rows = await auditedBy(t, async () => expect((await reset(user)).status).toBe(204));
    const row = rows.find(({ action }) => action === 'SECOND_FACTORS_RESET');
    expect(row).toMatchObject({ resource_id: user.id, actor_id: admin.id });
    expect(row?.old_values).toEqual({ factors: ['totp', 'passkey', 'backup-code'] });
    expect([(await me(user)).status, (await me({ http: token })).status]).toEqual([401, 401]);
    expect((await login(user)).accessToken).toEqual(expect.any(String));
    const letter = await eventually(() => {
      const found = smtp.to(user.email).find(({ text }) => text.includes('An administrator removed second factors'));
      expect(found).toBeDefined();
      return found;
    });
    expect(letter?.text).toContain('your account');
  });

  it.each([
    ['totp', ['passkey', 'backup-code']],
    ['passkey', ['totp', 'backup-code']],
    ['backup-code', ['totp', 'passkey']],
  ])('A-27 are those that were lost, and no others: %s', async (kind, left) => {
    const { user } = await givenOwner();
    expect((await reset(user, admin, kind)).status).toBe(204);
    expect((await login(user)).methods).toEqual(left);
    const again = await reset(user, admin, kind);
    expect([again.status, again.body.error.code]).toEqual([404, 'second_factor_not_found']);
  });

  it('A-27 take the backup codes along when none is left that they could stand in for', async () => {
    const user = await givenUser(t);
    await givenAuthenticator(t, user);
    expect((await reset(user, admin, 'totp')).status).toBe(204);
    const { rows } = await t.db.query('SELECT 1 FROM backup_codes WHERE user_id = $1', [user.id]);
    expect(rows).toEqual([]);
  });

  it('A-27 are not their own, and are removed by nobody who may not manage people, or proved that long ago', async () => {
    const { user } = await givenOwner();
    const own = await givenUser(t, { role: 'admin' });
    await givenAuthenticator(t, own);
    const refused = await reset(own, own);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'own_second_factors']);
    const reader = await givenUser(t, { role: 'admin-readonly' });
    expect((await reset(user, reader)).status).toBe(403);
    expect((await reset({ id: '01a1f806-859b-7000-9ab7-f101103b17d1' })).body.error.code).toBe('user_not_found');
    const stale = await givenUser(t, { role: 'admin' });
    await t.db.query("UPDATE sessions SET authenticated_at = now() - interval '1 day' WHERE user_id = $1", [stale.id]);
    await eventually(async () => expect((await reset(user, stale)).body.error.code).toBe('recent_auth_required'));
    expect((await me(user)).status).toBe(200);
  });
});
