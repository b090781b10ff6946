import { SYSTEM } from '#libs/access';
import { EventBus } from '#libs/events';
import { JobRunner, declaredJobs } from '#libs/jobs';
import { newId } from '#libs/kernel';
import { IdentityLinked, IdentityUnlinked } from '../../src/auth/events/federation.events.js';
import {
  BackupCodesRegenerated,
  MfaDisabled,
  MfaEnabled,
  PasskeyAdded,
  PasskeyRemoved,
} from '../../src/auth/events/mfa.events.js';
import { PersonalTokenIssued } from '../../src/auth/tokens/events/personal-token.events.js';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { statusAndCode } from '../support/http.js';
import { SmsGateway } from '../support/sms-gateway.js';
import { SmtpSink } from '../support/smtp-sink.js';

let numbers = 0;
const newNumber = () => `+1555${String((numbers += 1)).padStart(7, '0')}`;
const wrongFor = (code: string, n = 1) => String((Number(code) + n) % 1_000_000).padStart(6, '0');

describe('by what people are reached', () => {
  let t: TestApp;
  let smtp: SmtpSink;
  let sms: SmsGateway;
  const mail = () => ({ SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com' });
  beforeAll(async () => {
    [smtp, sms] = [await SmtpSink.start(), await SmsGateway.start()];
    t = await createApp({
      environment: {
        ...mail(),
        SMS_WEBHOOK_URL: sms.url,
        SMS_WEBHOOK_SECRET: SmsGateway.secret,
        AUTH_RATE_MAX: '1000',
        RECOVERY_NETWORK_RATE_MAX: '1000',
      },
    });
  });
  afterAll(async () => {
    await t.close();
    await sms.stop();
    await smtp.stop();
  });

  const profile = async ({ http }: GivenUser) =>
    (await http.get<{ data: { phoneVerified: boolean; email: string; emailVerified: boolean } }>('/api/v1/auth/me'))
      .body.data;

  describe('a telephone number', () => {
    const ask = ({ http }: GivenUser, phone: string) => http.post('/api/auth/verify-phone/request', { phone });
    const confirm = ({ http }: GivenUser, code: string) => http.post('/api/auth/verify-phone/confirm', { code });
    async function asked(user: GivenUser, phone = newNumber()): Promise<{ phone: string; code: string }> {
      const before = sms.texts.filter(({ to }) => to === phone).length;
      expect((await ask(user, phone)).status).toBe(202);
      await eventually(() => expect(sms.texts.filter(({ to }) => to === phone).length).toBeGreaterThan(before));
      const { text } = await sms.next(phone);
      return { phone, code: /\b\d{6}\b/.exec(text)?.[0] ?? '' };
    }

    it('A-20 is verified by the six digits that went there, once', async () => {
      const user = await givenUser(t);
      expect((await profile(user)).phoneVerified).toBe(false);
      const { code } = await asked(user);
      expect(code).toMatch(/^\d{6}$/);
      expect(statusAndCode(await confirm(user, wrongFor(code)))).toEqual([400, 'wrong_code']);
      const answer = await confirm(user, code);
      expect([answer.status, answer.body]).toEqual([200, { data: { phoneVerified: true } }]);
      expect((await profile(user)).phoneVerified).toBe(true);
      expect(statusAndCode(await confirm(user, code))).toEqual([400, 'code_void']);
      const { rows } = await t.db.query<{ error_code: string }>(
        "SELECT error_code FROM audit_logs WHERE action = 'PHONE_VERIFICATION_FAILED' AND actor_id = $1 ORDER BY id",
        [user.id],
      );
      expect(rows.map((row) => row.error_code)).toEqual(['wrong_code', 'code_void']);
    });

    it('A-20 makes a code void after five wrong tries, also when many come at once', async () => {
      const user = await givenUser(t);
      const { code } = await asked(user);
      const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => confirm(user, wrongFor(code, n + 1))));
      const codes = answers.map((answer) => statusAndCode(answer)[1]);
      expect(codes.filter((each) => each === 'wrong_code')).toHaveLength(5);
      expect(codes.filter((each) => each === 'code_void')).toHaveLength(7);
      expect(statusAndCode(await confirm(user, code))).toEqual([400, 'code_void']);
    });

    it('A-20 lets one of many right codes through that come at once', async () => {
      const user = await givenUser(t);
      const { code } = await asked(user);
      const answers = await Promise.all(Array.from({ length: 4 }, () => confirm(user, code)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    });

    it('A-20 takes a code for its own number, person and ten minutes alone', async () => {
      const own = await createApp({
        environment: { SMS_WEBHOOK_URL: sms.url, SMS_WEBHOOK_SECRET: SmsGateway.secret, RECOVERY_RATE_MAX: '100' },
      });
      try {
        const [user, other] = [await givenUser(own), await givenUser(own)];
        const first = await asked(user);
        const second = await asked(user);
        await asked(other);
        if (first.code !== second.code)
          expect(statusAndCode(await confirm(user, first.code))).toEqual([400, 'wrong_code']);
        expect((await confirm(other, second.code)).status).toBe(400);
        own.clock.advance({ minutes: 11 });
        expect(statusAndCode(await confirm(user, second.code))).toEqual([400, 'code_void']);
        const job = declaredJobs().find(({ name }) => name === 'remove-expired-phone-codes');
        expect(job && (await own.app.get(JobRunner).run(job))).toBe(true);
        expect((await own.db.query('SELECT 1 FROM phone_codes')).rows).toEqual([]);
      } finally {
        await own.close();
      }
    });

    it('A-20 is kept sealed, before and after, and is in no log', async () => {
      const user = await givenUser(t);
      const { phone, code } = await asked(user);
      const dump = async (table: string) =>
        (await t.db.query<{ row: string }>(`SELECT r::text AS row FROM ${table} r`)).rows.map(({ row }) => row).join();
      const forms = [phone, Buffer.from(phone).toString('hex'), Buffer.from(code).toString('hex')];
      for (const form of forms) expect(await dump('phone_codes')).not.toContain(form);
      await confirm(user, code);
      for (const table of ['users', 'audit_logs', 'outbox']) expect(await dump(table)).not.toContain(phone);
      expect(t.logs.join('')).not.toContain(phone);
    });

    it('A-20 belongs to one account, is written with its country, and is asked for three times an hour', async () => {
      const [user, other] = [await givenUser(t), await givenUser(t)];
      const { phone, code } = await asked(user);
      await confirm(user, code);
      const theirs = await asked(other, phone);
      expect(statusAndCode(await confirm(other, theirs.code))).toEqual([409, 'user_phone_taken']);
      expect(statusAndCode(await ask(other, '0555 0100'))).toEqual([400, 'phone_invalid']);
      const statuses = [];
      for (let n = 0; n < 3; n += 1) statuses.push((await ask(other, newNumber())).status);
      expect(statuses).toEqual([202, 202, 429]);
      expect((await t.http.post('/api/auth/verify-phone/request', { phone })).status).toBe(401);
    });

    it('A-20 is not asked for where no text messages are configured', async () => {
      const own = await createApp({ databaseUrl: t.databaseUrl });
      try {
        const answer = await own.http.bearer((await givenUser(own)).token).post('/api/auth/verify-phone/request', {
          phone: newNumber(),
        });
        expect(statusAndCode(answer)).toEqual([503, 'sms_not_configured']);
      } finally {
        await own.close();
      }
    });
  });

  describe('an e-mail address', () => {
    const ask = ({ http, password }: GivenUser, email: string, currentPassword = password) =>
      http.post('/api/auth/email-change/request', { email, currentPassword });
    const confirm = (token: string) => t.http.post('/api/auth/email-change/confirm', { token });
    const signIn = async (email: string, password: string) =>
      (await t.http.post('/api/auth/login', { email, password })).status;

    it('is changed by the link that went to the new one, and the old one is told', async () => {
      const user = await givenUser(t);
      const email = `new-${user.email}`;
      expect(statusAndCode(await ask(user, email, 'Wrong-Horse-8-Battery'))).toEqual([400, 'wrong_password']);
      expect((await ask(user, email.toUpperCase())).status).toBe(202);
      const token = SmtpSink.secretOf(await smtp.next(email, 'confirm'));
      expect((await profile(user)).email).toBe(user.email);
      expect((await confirm(token)).status).toBe(200);
      expect(await profile(user)).toMatchObject({ email, emailVerified: true });
      expect([await signIn(user.email, user.password), await signIn(email, user.password)]).toEqual([401, 200]);
      expect((await smtp.next(user.email, 'address of your account was changed')).recipients).toEqual([user.email]);
      expect(statusAndCode(await confirm(token))).toEqual([400, 'link_invalid']);
    });

    it('A-16 takes with it the worth of every link that went to it', async () => {
      const user = await givenUser(t);
      await t.http.post('/api/auth/password-reset/request', { email: user.email });
      const reset = SmtpSink.secretOf(await smtp.next(user.email, 'new password'));
      await t.http.post('/api/auth/verify-email/resend', { email: user.email });
      const verification = SmtpSink.secretOf(await smtp.next(user.email, 'verify'));
      const email = `newer-${user.email}`;
      await ask(user, email);
      await confirm(SmtpSink.secretOf(await smtp.next(email, 'confirm')));
      const newPassword = 'Staple-Horse-8-Battery';
      const late = await t.http.post('/api/auth/password-reset/confirm', { token: reset, newPassword });
      expect(statusAndCode(late)).toEqual([400, 'link_invalid']);
      const verified = await t.http.post('/api/auth/verify-email', { token: verification });
      expect(statusAndCode(verified)).toEqual([400, 'link_invalid']);
    });

    it('of somebody else is not given away, nor told of but to its owner', async () => {
      const [user, owner] = [await givenUser(t), await givenUser(t)];
      const [taken, free] = [await ask(user, owner.email), await ask(user, `free-${user.email}`)];
      expect([taken.status, taken.text]).toEqual([free.status, free.text]);
      expect((await smtp.next(owner.email, 'already')).text).not.toContain('#');
      await smtp.next(`free-${user.email}`, 'confirm');
    });

    it('goes to one of two who want it', async () => {
      const [one, two] = [await givenUser(t), await givenUser(t)];
      const email = `wanted-${one.email}`;
      await ask(one, email);
      const first = SmtpSink.secretOf(await smtp.next(email, 'confirm'));
      await ask(two, email);
      await eventually(() => expect(smtp.to(email)).toHaveLength(2));
      const second = SmtpSink.secretOf(await smtp.next(email, 'confirm'));
      const statuses = (await Promise.all([confirm(first), confirm(second)])).map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409]);
    });
  });

  it('tells people by mail that their second factor was switched', async () => {
    const user = await givenUser(t);
    await t.app.get(EventBus).publish(new MfaEnabled(SYSTEM, user.id));
    expect((await smtp.next(user.email, 'are asked for')).text).toContain('tell an administrator');
    await t.app.get(EventBus).publish(new MfaDisabled(SYSTEM, user.id));
    await smtp.next(user.email, 'no longer asked for');
  });

  it('tells people by mail of every way into their account that came or went', async () => {
    const user = await givenUser(t);
    const passkey = { id: newId(), name: 'Laptop' };
    const identity = { id: newId(), userId: user.id, provider: 'company', issuer: 'https://id.example.com' };
    const token = { id: newId(), userId: user.id, name: 'Laptop', methods: ['pwd'], expiresAt: t.clock.date() };
    for (const [event, about] of [
      [new PasskeyAdded(SYSTEM, user.id, passkey), 'passkey was added'],
      [new PasskeyRemoved(SYSTEM, user.id, passkey), 'passkey was removed'],
      [new BackupCodesRegenerated(SYSTEM, user.id), 'new backup codes'],
      [new PersonalTokenIssued(SYSTEM, token, 'session'), 'personal access token was made'],
      [new IdentityLinked(SYSTEM, identity), 'provider can sign in'],
      [new IdentityUnlinked(SYSTEM, identity), 'provider can no longer sign in'],
    ] as const) {
      await t.app.get(EventBus).publish(event);
      expect((await smtp.next(user.email, about)).text).toContain('tell an administrator');
    }
  });
});
