import { JobRunner, declaredJobs } from '#libs/jobs';
import { PasswordHasher } from '../../src/auth/passwords/password.hasher.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy, auditRows } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { statusAndCode, type TestHttp, type TestResponse } from '../support/http.js';
import { SmtpSink } from '../support/smtp-sink.js';

const PUBLIC_URL = 'https://models.example.com';
const NEW = 'Staple-Horse-8-Battery';
const REQUEST = '/api/auth/password-reset/request';
const CONFIRM = '/api/auth/password-reset/confirm';
const CHANGE = '/api/auth/password-change';

describe('recovery of accounts', () => {
  let t: TestApp;
  let smtp: SmtpSink;
  beforeAll(async () => {
    smtp = await SmtpSink.start();
    t = await createApp({
      environment: {
        SMTP_URL: smtp.url,
        MAIL_FROM: 'no-reply@example.com',
        PUBLIC_URL,
        AUTH_RATE_MAX: '1000',
        RECOVERY_NETWORK_RATE_MAX: '1000',
        REGISTRATION_RATE_MAX: '1000',
      },
    });
  });
  afterAll(async () => {
    await t.close();
    await smtp.stop();
  });

  const login = (email: string, password: string, http: TestHttp = t.http) =>
    http.post<{ data: { accessToken: string } }>('/api/auth/login', { email, password });
  const confirm = (token: string, newPassword = NEW, http: TestHttp = t.http) =>
    http.post(CONFIRM, { token, newPassword });
  const works = async ({ token }: { token: string }) =>
    (await t.http.bearer(token).get('/api/v1/auth/me')).status === 200;

  async function resetToken({ email }: Pick<GivenUser, 'email'>): Promise<string> {
    const links = () => smtp.to(email).filter(({ subject }) => subject === 'Choose a new password');
    const before = links().length;
    expect((await t.http.post(REQUEST, { email })).status).toBe(202);
    await eventually(() => expect(links().length).toBeGreaterThan(before));
    return SmtpSink.secretOf(await smtp.next(email, '^Choose a new password$'));
  }

  describe('a reset of the password', () => {
    it('A-15 is answered alike for a known and an unknown address, and one of them gets a mail', async () => {
      const { email } = await givenUser(t);
      const hasher = t.app.get(PasswordHasher, { strict: false });
      const [hash, verify] = [jest.spyOn(hasher, 'hash'), jest.spyOn(hasher, 'verify')];
      const answers: TestResponse[] = [];
      for (const address of [email, 'nobody@example.com']) {
        const rows = await auditedBy(t, async () => answers.push(await t.http.post(REQUEST, { email: address })));
        expect(rows).toMatchObject([{ action: 'PASSWORD_RESET_REQUESTED', actor_kind: 'anonymous' }]);
        expect(JSON.stringify(rows)).not.toContain(address);
      }
      expect(answers.map(({ status }) => status)).toEqual([202, 202]);
      expect(answers[0]?.text).toBe(answers[1]?.text);
      expect([hash.mock.calls.length, verify.mock.calls.length]).toEqual([0, 0]);
      const mail = await smtp.next(email);
      await eventually(async () => expect((await t.db.query('SELECT 1 FROM outbox')).rows).toEqual([]));
      expect(smtp.to('nobody@example.com')).toEqual([]);
      expect(smtp.to(email)).toHaveLength(1);
      expect(mail.text).toContain(`${PUBLIC_URL}/reset-password#`);
      expect(mail.text).toContain('127.0.0.1');
    });

    it('A-15 links to this house, whatever host a request names', async () => {
      const { email } = await givenUser(t);
      const headers = {
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        'user-agent': 'evil.example',
      };
      await t.http.post(REQUEST, { email }, { headers });
      expect((await smtp.next(email)).raw).not.toContain('evil.example');
    });

    it('A-15 is refused alike at the fourth time in an hour, and others may ask for the same account', async () => {
      const { email } = await givenUser(t);
      for (const address of [email, 'unknown-often@example.com']) {
        const statuses = [];
        for (let n = 0; n < 4; n += 1) statuses.push((await t.http.post(REQUEST, { email: address })).status);
        expect([address, ...statuses]).toEqual([address, 202, 202, 202, 429]);
      }
    });

    it('A-15 sends no mail to an account that may not be used', async () => {
      const [shut, open] = [await givenUser(t), await givenUser(t)];
      await t.db.query(`UPDATE users SET status = 'inactive' WHERE id = $1`, [shut.id]);
      await t.http.post(REQUEST, { email: shut.email });
      await resetToken(open);
      expect(smtp.to(shut.email)).toEqual([]);
    });

    it('A-16 works once, ends every session and opens none', async () => {
      const user = await givenUser(t);
      const token = await resetToken(user);
      const answer = await confirm(token);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toMatch(/accessToken/);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await works(user)).toBe(false);
      expect(statusAndCode(await confirm(token, 'Another-Horse-9-Battery'))).toEqual([400, 'link_invalid']);
      expect((await login(user.email, user.password)).status).toBe(401);
      expect((await login(user.email, NEW)).status).toBe(200);
      expect((await smtp.next(user.email, 'reset')).text).toContain('was reset');
      const rows = (await auditRows(t)).filter(({ resource_id: id }) => id === user.id);
      expect(rows.map(({ action }) => action)).toEqual(expect.arrayContaining(['PASSWORD_RESET', 'SESSIONS_ENDED']));
    });

    it('A-16 lets one of many through that come at once, on two replicas', async () => {
      const user = await givenUser(t);
      const token = await resetToken(user);
      const replica = await createApp({ databaseUrl: t.databaseUrl });
      try {
        const wishes = Array.from({ length: 8 }, (_, n) => `Racing-Horse-${n}-Battery`);
        const answers = await Promise.all(
          wishes.map((password, n) => confirm(token, password, n % 2 === 0 ? t.http : replica.http)),
        );
        const won = wishes.filter((_, n) => answers[n]?.status === 200);
        expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
          200,
          ...wishes.slice(1).map(() => 400),
        ]);
        expect((await login(user.email, won[0] ?? '')).status).toBe(200);
      } finally {
        await replica.close();
      }
    });

    it('A-16 is known to the database by a hash alone', async () => {
      const user = await givenUser(t);
      const token = await resetToken(user);
      const { rows } = await t.db.query<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
      );
      const forms = [token, Buffer.from(token).toString('hex'), Buffer.from(token, 'base64url').toString('hex')];
      for (const { name } of rows) {
        const dump = await t.db.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
        for (const form of forms)
          expect([name, dump.rows.some(({ row }) => row.includes(form))]).toEqual([name, false]);
      }
      expect(t.logs.join('')).not.toContain(token);
      expect((await confirm(token)).status).toBe(200);
    });

    it('A-16 stays good beside a newer one until one is used, and is worthless while the account is shut', async () => {
      const user = await givenUser(t);
      const first = await resetToken(user);
      const second = await resetToken(user);
      expect(first).not.toBe(second);
      await t.db.query(`UPDATE users SET status = 'inactive' WHERE id = $1`, [user.id]);
      expect(statusAndCode(await confirm(second))).toEqual([400, 'link_invalid']);
      await t.db.query(`UPDATE users SET status = 'active' WHERE id = $1`, [user.id]);
      expect((await login(user.email, user.password)).status).toBe(200);
      expect(statusAndCode(await confirm(`${second.slice(0, -1)}${second.endsWith('A') ? 'B' : 'A'}`))).toEqual([
        400,
        'link_invalid',
      ]);
      expect((await confirm(first)).status).toBe(200);
      expect(statusAndCode(await confirm(second, 'Another-Horse-9-Battery'))).toEqual([400, 'link_invalid']);
    });

    it('A-16 keeps a link good whose password was not taken', async () => {
      const user = await givenUser(t);
      const token = await resetToken(user);
      expect(statusAndCode(await confirm(token, 'password1'))).toEqual([400, 'password_rejected']);
      expect(statusAndCode(await confirm(token, user.password))).toEqual([400, 'password_reused']);
      expect((await confirm(token)).status).toBe(200);
    });

    it('A-17 takes none of the last five passwords', async () => {
      const user = await givenUser(t);
      const wishes = Array.from({ length: 7 }, (_, n) => `Ordinal-Horse-${n}-Battery`);
      let current = user.password;
      for (const wish of wishes) {
        const { http } = await signedIn(user.email, current);
        expect((await http.post(CHANGE, { currentPassword: current, newPassword: wish })).status).toBe(200);
        current = wish;
      }
      const token = await resetToken(user);
      for (const wish of wishes.slice(2))
        expect(statusAndCode(await confirm(token, wish))).toEqual([400, 'password_reused']);
      const { rows } = await t.db.query('SELECT 1 FROM former_passwords WHERE user_id = $1', [user.id]);
      expect(rows).toHaveLength(5);
      expect((await confirm(token, wishes[0])).status).toBe(200);
    });
  });

  async function signedIn(email: string, password: string): Promise<{ token: string; http: TestHttp }> {
    const token = (await login(email, password)).body.data.accessToken;
    return { token, http: t.http.bearer(token) };
  }

  describe('a change of the password', () => {
    it('A-14 wants the present one, and ends every session but the one that asks', async () => {
      const user = await givenUser(t);
      const other = await signedIn(user.email, user.password);
      const wish = { currentPassword: 'Wrong-Horse-8-Battery', newPassword: NEW };
      expect(statusAndCode(await user.http.post(CHANGE, wish))).toEqual([400, 'wrong_password']);
      expect(await works(other)).toBe(true);
      expect((await user.http.post(CHANGE, { ...wish, currentPassword: user.password })).status).toBe(200);
      expect([await works(user), await works(other)]).toEqual([true, false]);
      expect((await login(user.email, user.password)).status).toBe(401);
      expect((await login(user.email, NEW)).status).toBe(200);
      expect((await smtp.next(user.email, 'changed')).text).toContain('was changed');
      expect((await t.http.post(CHANGE, wish)).status).toBe(401);
    });

    it('A-14 makes worthless whatever link to reset it was on its way', async () => {
      const user = await givenUser(t);
      const token = await resetToken(user);
      await user.http.post(CHANGE, { currentPassword: user.password, newPassword: NEW });
      expect(statusAndCode(await confirm(token, 'Another-Horse-9-Battery'))).toEqual([400, 'link_invalid']);
    });

    it('A-14 lets one of two through that come at once', async () => {
      const user = await givenUser(t);
      const answers = await Promise.all(
        ['One-Horse-1-Battery', 'Two-Horse-2-Battery'].map((newPassword) =>
          user.http.post(CHANGE, { currentPassword: user.password, newPassword }),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).not.toEqual([200, 200]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });
  });

  describe('verification of an e-mail address', () => {
    let people = 0;
    async function registered() {
      const email = `verified-${(people += 1)}@example.com`;
      await t.http.post('/api/auth/register', { email, name: 'Ada', password: NEW });
      return { email, token: SmtpSink.secretOf(await smtp.next(email, 'verify')) };
    }
    const verify = (token: string) => t.http.post('/api/auth/verify-email', { token });
    const isVerified = async (email: string) =>
      (await (await signedIn(email, NEW)).http.get<{ data: { emailVerified: boolean } }>('/api/v1/auth/me')).body.data
        .emailVerified;

    it('A-18 comes with the account, works, and does nothing the second time', async () => {
      const { email, token } = await registered();
      expect(await isVerified(email)).toBe(false);
      const answer = await verify(token);
      expect([answer.status, answer.body]).toEqual([200, { data: { emailVerified: true } }]);
      expect(await isVerified(email)).toBe(true);
      const again = await auditedBy(t, async () => expect((await verify(token)).status).toBe(200));
      expect(again).toEqual([]);
    });

    it('A-18 takes no link of another kind, and no link of this kind resets a password', async () => {
      const { email, token } = await registered();
      expect(statusAndCode(await confirm(token, 'Another-Horse-9-Battery'))).toEqual([400, 'link_invalid']);
      const reset = await resetToken({ email });
      expect(statusAndCode(await verify(reset))).toEqual([400, 'link_invalid']);
      expect(statusAndCode(await verify('nonsense'))).toEqual([400, 'link_invalid']);
      expect(await isVerified(email)).toBe(false);
    });

    it('A-18 keeps people out until then where that is asked for, and tells only who knows the password', async () => {
      const { email, token } = await registered();
      const strict = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com', ALLOW_UNVERIFIED_EMAIL_LOGIN: 'false' },
      });
      try {
        expect(statusAndCode(await login(email, 'Wrong-Horse-8-Battery', strict.http))).toEqual([
          401,
          'invalid_credentials',
        ]);
        expect(statusAndCode(await login(email, NEW, strict.http))).toEqual([403, 'email_not_verified']);
        await verify(token);
        expect((await login(email, NEW, strict.http)).status).toBe(200);
      } finally {
        await strict.close();
      }
    });

    it('A-19 is sent again on demand, three times an hour, and says nothing to strangers', async () => {
      const { email, token: first } = await registered();
      const resend = (address: string) => t.http.post('/api/auth/verify-email/resend', { email: address });
      const statuses = async (address: string) => {
        const found = [];
        for (let n = 0; n < 4; n += 1) found.push((await resend(address)).status);
        return found;
      };
      const known = await resend(email);
      const unknown = await resend('stranger@example.com');
      expect([known.status, known.text]).toEqual([202, unknown.text]);
      const mails = await eventually(() => {
        const found = smtp.to(email);
        expect(found).toHaveLength(2);
        return found;
      });
      expect((await statuses(email)).slice(1)).toEqual([202, 429, 429]);
      expect(await statuses('another-stranger@example.com')).toEqual([202, 202, 202, 429]);
      expect(smtp.to('stranger@example.com')).toEqual([]);
      expect(statusAndCode(await verify(first))).toEqual([400, 'link_invalid']);
      expect(SmtpSink.secretOf(mails[1] ?? mails[0] ?? (await smtp.next(email)))).not.toBe(first);
    });

    it('A-19 sends nothing to who has verified', async () => {
      const { email, token } = await registered();
      await verify(token);
      const before = smtp.to(email).length;
      await t.http.post('/api/auth/verify-email/resend', { email });
      await registered();
      expect(smtp.to(email)).toHaveLength(before);
    });
  });

  describe('links', () => {
    it('A-16 A-18 run out after a quarter of an hour and a day, and are removed after a week', async () => {
      const own = await createApp({
        environment: { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com', RECOVERY_RATE_MAX: '100' },
      });
      try {
        const { email } = await givenUser(own);
        await own.http.post(REQUEST, { email });
        const reset = SmtpSink.secretOf(await smtp.next(email, 'password'));
        await own.http.post('/api/auth/verify-email/resend', { email });
        const verification = SmtpSink.secretOf(await smtp.next(email, 'verify'));
        own.clock.advance({ minutes: 16 });
        expect(statusAndCode(await confirm(reset, NEW, own.http))).toEqual([400, 'link_invalid']);
        own.clock.advance({ hours: 24 });
        const late = await own.http.post('/api/auth/verify-email', { token: verification });
        expect(statusAndCode(late)).toEqual([400, 'link_invalid']);
        own.clock.advance({ days: 7 });
        const job = declaredJobs().find(({ name }) => name === 'remove-expired-links');
        expect(job && (await own.app.get(JobRunner).run(job))).toBe(true);
        expect((await own.db.query('SELECT 1 FROM one_time_links')).rows).toEqual([]);
      } finally {
        await own.close();
      }
    });

    it('are not promised where no mail is configured', async () => {
      const own = await createApp({ databaseUrl: t.databaseUrl });
      try {
        expect(statusAndCode(await own.http.post(REQUEST, { email: 'a@example.com' }))).toEqual([
          503,
          'mail_not_configured',
        ]);
      } finally {
        await own.close();
      }
    });
  });
});
