import { SYSTEM } from '#libs/access';
import { PasswordHasher } from '../../src/auth/passwords/password.hasher.js';
import { PasswordReset } from '../../src/auth/passwords/password.reset.js';
import { AccountLockout } from '../../src/auth/protection/account.lockout.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditRows } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenIdentity } from '../support/given/identities.js';
import { givenPasskey } from '../support/given/passkeys.js';
import { givenAuthenticator } from '../support/given/second-factors.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { statusAndCode } from '../support/http.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { SoftAuthenticator } from '../support/soft-authenticator.js';

const PUBLIC_URL = 'https://models.example.com';
const NEW = 'Staple-Horse-8-Battery';
const SUBJECT = 'Choose a new password';

describe('whoever took an account over', () => {
  let t: TestApp;
  let smtp: SmtpSink;
  beforeAll(async () => {
    smtp = await SmtpSink.start();
    t = await createApp({
      environment: {
        SMTP_URL: smtp.url,
        MAIL_FROM: 'no-reply@example.com',
        PUBLIC_URL,
        TRUST_PROXY: '1',
        AUTH_RATE_MAX: '1000',
        RECOVERY_RATE_MAX: '3',
        RECOVERY_NETWORK_RATE_MAX: '1000',
      },
    });
  });
  afterAll(async () => {
    await t.close();
    await smtp.stop();
  });

  const login = (email: string, password: string) =>
    t.http.post<{ data: { challengeToken?: string } }>('/api/auth/login', { email, password });
  const confirm = (token: string, newPassword = NEW) =>
    t.http.post('/api/auth/password-reset/confirm', { token, newPassword });
  const operatorReset = async ({ email }: GivenUser) => (await t.app.get(PasswordReset).run(SYSTEM, email)) ?? '';
  const letters = ({ email }: GivenUser) => smtp.to(email).filter(({ subject }) => subject === SUBJECT);
  const ask = ({ email }: GivenUser, from: string) =>
    t.http.post('/api/auth/password-reset/request', { email }, { headers: { 'x-forwarded-for': from } });
  const actionsOn = async (id: string) =>
    (await auditRows(t)).filter((row) => row.resource_id === id).map(({ action }) => action);

  let networks = 0;
  async function resetToken(user: GivenUser): Promise<string> {
    const before = letters(user).length;
    expect((await ask(user, `198.51.100.${(networks += 1)}`)).status).toBe(202);
    return eventually(() => {
      const letter = letters(user)[before];
      if (!letter) throw new Error('The letter is not there yet');
      return SmtpSink.secretOf(letter);
    });
  }
  async function givenVerified(role = 'user'): Promise<GivenUser> {
    const user = await givenUser(t, { role });
    await t.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [user.id]);
    return user;
  }

  const mailReset = async (user: GivenUser) => {
    expect((await confirm(await resetToken(user))).status).toBe(200);
    return NEW;
  };
  const ownChange = async ({ http, password }: GivenUser) => {
    const answer = await http.post('/api/auth/password-change', { currentPassword: password, newPassword: NEW });
    expect(answer.status).toBe(200);
    return NEW;
  };
  const WAYS = [
    ['a reset by mail', mailReset],
    ['a change', ownChange],
    ["the operator's reset", operatorReset],
  ] as const;

  describe.each(WAYS)('loses with %s of the password', (_, renew) => {
    it('A-14 A-16 the change of the address that was on its way', async () => {
      const user = await givenVerified('admin');
      const email = `thief-${user.email}`;
      await user.http.post('/api/auth/email-change/request', { email, currentPassword: user.password });
      const token = SmtpSink.secretOf(await smtp.next(email, 'confirm'));
      const password = await renew(user);
      const late = await t.http.post('/api/auth/email-change/confirm', { token });
      expect(statusAndCode(late)).toEqual([400, 'link_invalid']);
      expect((await login(user.email, password)).status).toBe(200);
    });

    it('A-14 A-16 the sign-in that waited for a second factor', async () => {
      const user = await givenVerified('admin');
      const app = await givenAuthenticator(t, user);
      const { challengeToken } = (await login(user.email, user.password)).body.data;
      await renew(user);
      const late = await t.http.post('/api/auth/mfa/verify', { challengeToken, code: app.freshCode() });
      expect(statusAndCode(late)).toEqual([401, 'challenge_ended']);
    });
  });

  it("A-17 is not let back in by the operator's reset with the password that it replaced", async () => {
    const user = await givenVerified('admin');
    await operatorReset(user);
    expect(statusAndCode(await confirm(await resetToken(user), user.password))).toEqual([400, 'password_reused']);
  });

  describe('cannot keep its owner out', () => {
    it.each([
      ['a reset by mail', mailReset],
      ["the operator's reset", operatorReset],
    ])('A-08 for good: %s unlocks passwords and codes', async (_, renew) => {
      const user = await givenVerified('admin');
      const lockout = t.app.get(AccountLockout, { strict: false });
      const guess = (guessed: 'password' | 'code', isRight = false) =>
        lockout.attempt({ email: user.email, guessed }, () => Promise.resolve(isRight));
      for (const guessed of ['password', 'code'] as const) await guess(guessed);
      await t.db.query('UPDATE sign_in_failures SET is_final = true');
      expect(statusAndCode(await login(user.email, user.password))).toEqual([423, 'account_locked']);
      await expect(guess('code', true)).rejects.toMatchObject({ code: 'account_locked' });
      const password = await renew(user);
      expect((await login(user.email, password)).status).toBe(200);
      expect((await guess('code', true)).right).toBe(true);
      expect((await actionsOn(user.id)).filter((action) => action === 'ACCOUNT_UNLOCKED')).toHaveLength(1);
    });

    it('A-15 A-16 by asking for links: the one that is there stays good, and there are more later', async () => {
      const user = await givenVerified();
      const own = await resetToken(user);
      const strangers = Array.from({ length: 15 }, (_, n) => `203.0.113.${Math.floor(n / 3)}`);
      for (const from of strangers) expect((await ask(user, from)).status).toBe(202);
      await eventually(async () => expect((await t.db.query('SELECT 1 FROM outbox')).rows).toEqual([]));
      expect(letters(user)).toHaveLength(5);
      t.clock.advance({ minutes: 10 });
      expect((await confirm(own)).status).toBe(200);
      const others = letters(user).map((letter) => SmtpSink.secretOf(letter));
      for (const token of others) expect(statusAndCode(await confirm(token))).toEqual([400, 'link_invalid']);
      for (const from of strangers) await ask(user, from.replace('203', '192'));
      await eventually(() => expect(letters(user)).toHaveLength(10));
      t.clock.advance({ minutes: 16 });
      expect((await confirm(await resetToken(user), 'Another-Horse-9-Battery')).status).toBe(200);
    });
  });

  describe('before its owner came', () => {
    async function hijacked() {
      const user = await givenUser(t);
      const app = await givenAuthenticator(t, user);
      await givenPasskey(user, new SoftAuthenticator(PUBLIC_URL));
      await givenIdentity(t, user);
      await user.http.post('/api/v1/auth/tokens', { name: 'laptop' });
      const key = await givenApiKey(t, user, []);
      return { user, app, key };
    }
    const left = async (id: string) => {
      const { rows } = await t.db.query<Record<string, number>>(
        `SELECT (SELECT count(*)::int FROM identities WHERE user_id = $1) AS identities,
                (SELECT count(*)::int FROM passkeys WHERE user_id = $1) AS passkeys,
                (SELECT count(*)::int FROM totp_factors WHERE user_id = $1) AS totp,
                (SELECT count(*)::int FROM personal_tokens WHERE user_id = $1) AS tokens,
                (SELECT count(*)::int FROM backup_codes WHERE user_id = $1) AS codes,
                (SELECT count(*)::int FROM api_keys WHERE user_id = $1 AND revoked_at IS NULL) AS keys`,
        [id],
      );
      return rows[0];
    };

    it('A-16 has no way in once the address was shown to be its owner’s', async () => {
      const { user, key } = await hijacked();
      expect(await left(user.id)).toEqual({ identities: 1, passkeys: 1, totp: 1, codes: 10, keys: 1, tokens: 1 });
      expect((await key.http.get('/v1/models')).status).toBe(200);
      await mailReset(user);
      expect(letters(user).at(-1)?.text).toContain('its API keys, second factors, passkeys and linked identities go');
      expect(await left(user.id)).toEqual({ identities: 0, passkeys: 0, totp: 0, codes: 0, keys: 0, tokens: 0 });
      expect((await key.http.get('/v1/models')).status).toBe(401);
      const { rows } = await t.db.query('SELECT 1 FROM users WHERE id = $1 AND email_verified_at IS NOT NULL', [
        user.id,
      ]);
      expect(rows).toHaveLength(1);
      const answer = await login(user.email, NEW);
      expect([answer.status, answer.body.data.challengeToken]).toEqual([200, undefined]);
      expect(await actionsOn(user.id)).toEqual(expect.arrayContaining(['ACCOUNT_RECLAIMED', 'EMAIL_VERIFIED']));
      expect(await actionsOn(key.id)).toContain('API_KEY_REVOKED');
    });

    it('A-16 takes nothing from who had verified the address', async () => {
      const { user } = await hijacked();
      await t.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [user.id]);
      await mailReset(user);
      const text = letters(user).at(-1)?.text;
      expect(text).toContain('ends all sessions and personal access tokens');
      expect(text).not.toContain('API keys');
      expect(await left(user.id)).toEqual({ identities: 1, passkeys: 1, totp: 1, codes: 10, keys: 1, tokens: 1 });
      expect(await actionsOn(user.id)).not.toContain('ACCOUNT_RECLAIMED');
    });
  });

  describe('does not beat the reset', () => {
    afterEach(() => jest.restoreAllMocks());

    /** The old password is right, and a moment later it is not the password any more. */
    function resetAfterVerify(token: string): void {
      const hasher = t.app.get(PasswordHasher, { strict: false });
      const verify = hasher.verify.bind(hasher);
      jest.spyOn(hasher, 'verify').mockImplementationOnce(async (...given) => {
        const isRight = await verify(...given);
        expect([isRight, (await confirm(token)).status]).toEqual([true, 200]);
        return isRight;
      });
    }

    it('A-16 with a sign-in that was half done, which opens no session', async () => {
      const user = await givenVerified();
      resetAfterVerify(await resetToken(user));
      expect(statusAndCode(await login(user.email, user.password))).toEqual([401, 'invalid_credentials']);
      const open = await t.db.query('SELECT 1 FROM sessions WHERE user_id = $1 AND ended_at IS NULL', [user.id]);
      expect(open.rows).toEqual([]);
      expect((await login(user.email, NEW)).status).toBe(200);
    });

    it('A-16 with a sign-in that is about to be asked for a second factor', async () => {
      const user = await givenVerified();
      await givenAuthenticator(t, user);
      resetAfterVerify(await resetToken(user));
      expect(statusAndCode(await login(user.email, user.password))).toEqual([401, 'invalid_credentials']);
      const open = await t.db.query('SELECT 1 FROM sign_in_challenges WHERE user_id = $1', [user.id]);
      expect(open.rows).toEqual([]);
    });
  });
});
