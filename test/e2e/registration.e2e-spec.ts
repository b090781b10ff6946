import { JobRunner, declaredJobs } from '#libs/jobs';
import { PasswordHasher } from '../../src/auth/passwords/password.hasher.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditRows } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { statusAndCode, type TestHttp } from '../support/http.js';
import { SmtpSink } from '../support/smtp-sink.js';

const PASSWORD = 'Staple-Horse-8-Battery';
const INVITATIONS = '/api/v1/admin/invitations';

interface Invitation {
  readonly id: string;
  readonly email: string;
  readonly status: string;
  readonly link: string | null;
}

let people = 0;
const newAddress = (domain = 'example.com') => `guest-${(people += 1)}@${domain}`;

describe('registration', () => {
  const apps: TestApp[] = [];
  let smtp: SmtpSink;
  let closed: TestApp;
  let admin: GivenUser;
  beforeAll(async () => {
    smtp = await SmtpSink.start();
    closed = await given({ ALLOW_REGISTRATION: 'false' });
    admin = await givenUser(closed, { role: 'admin' });
  });
  afterAll(async () => {
    for (const app of apps.toReversed()) await app.close();
    await smtp.stop();
  });

  async function given(environment: Record<string, string>, databaseUrl?: string): Promise<TestApp> {
    const mail = { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com' };
    const limits = { REGISTRATION_RATE_MAX: '1000', RECOVERY_NETWORK_RATE_MAX: '1000' };
    const app = await createApp({
      environment: { ...mail, ...limits, ...environment },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    });
    apps.push(app);
    return app;
  }

  const register = (http: TestHttp, email: string, more: object = {}) =>
    http.post<{ data: { role: string } }>('/api/auth/register', { email, name: 'Ada', password: PASSWORD, ...more });
  const login = (http: TestHttp, email: string) => http.post('/api/auth/login', { email, password: PASSWORD });

  async function invited(email = newAddress(), role?: string) {
    const answer = await admin.http.post<{ data: Invitation }>(INVITATIONS, {
      email,
      ...(role === undefined ? {} : { role }),
    });
    expect(answer.status).toBe(201);
    const mail = await smtp.next(email, 'invited');
    return { ...answer.body.data, inviteToken: SmtpSink.secretOf(mail) };
  }

  describe('gates', () => {
    it('A-41 are shut to everybody, whether or not there is an account', async () => {
      const { email } = await givenUser(closed);
      const answers = [await register(closed.http, email), await register(closed.http, newAddress())];
      expect(answers.map(statusAndCode)).toEqual([
        [403, 'registration_closed'],
        [403, 'registration_closed'],
      ]);
      expect(answers[0]?.text.replace(/"requestId".*/, '')).toBe(answers[1]?.text.replace(/"requestId".*/, ''));
    });

    it('A-41 are open to some domains alone, and say nothing of who has an account', async () => {
      const t = await given({ REGISTRATION_EMAIL_DOMAINS: 'Example.COM, corp.example' });
      const known = await givenUser(t, { email: 'known@elsewhere.example' });
      for (const email of [known.email, 'new@elsewhere.example', 'a@sub.example.com', 'a@notexample.com']) {
        expect([email, ...statusAndCode(await register(t.http, email))]).toEqual([
          email,
          403,
          'email_domain_not_allowed',
        ]);
      }
      expect((await register(t.http, newAddress('EXAMPLE.com'))).status).toBe(201);
      expect((await register(t.http, newAddress('corp.example'))).status).toBe(201);
    });
  });

  describe('that is neutral', () => {
    it('A-41 answers alike for an address that has an account, and tells its owner alone', async () => {
      const t = await given({ NEUTRAL_REGISTRATION: 'true', ALLOW_UNVERIFIED_EMAIL_LOGIN: 'false' });
      const first = newAddress();
      expect((await register(t.http, first)).status).toBe(201);
      const hasher = t.app.get(PasswordHasher, { strict: false });
      const hash = jest.spyOn(hasher, 'hash');
      const again = await register(t.http, first);
      const calls = hash.mock.calls.length;
      const other = await register(t.http, newAddress());
      expect([calls, hash.mock.calls.length]).toEqual([1, 2]);
      const shape = (text: string) => text.replace(/guest-\d+/, 'guest');
      expect([again.status, shape(again.text)]).toEqual([other.status, shape(other.text)]);
      expect(again.body).toEqual({ data: { email: first, name: 'Ada' } });
      expect(again.headers.get('set-cookie')).toBeNull();
      expect((await smtp.next(first, 'already')).text).toContain('wanted to make an account');
      // Who cannot read the mail learns nothing by trying the password either.
      const taken = await givenUser(await given({}, t.databaseUrl));
      await register(t.http, taken.email);
      for (const email of [first, taken.email])
        expect(statusAndCode(await login(t.http, email))).toEqual([401, 'invalid_credentials']);
      await t.http.post('/api/auth/verify-email', { token: SmtpSink.secretOf(await smtp.next(first, 'verify')) });
      expect((await login(t.http, first)).status).toBe(200);
    });
  });

  describe('by invitation', () => {
    it('A-42 opens a closed house once, for one address, and proves the address', async () => {
      const { email, inviteToken } = await invited();
      expect(statusAndCode(await register(closed.http, newAddress(), { inviteToken }))).toEqual([
        403,
        'invitation_invalid',
      ]);
      expect((await register(closed.http, email.toUpperCase(), { inviteToken })).status).toBe(201);
      const answer = await login(closed.http, email);
      expect(answer.status).toBe(200);
      const { accessToken } = (answer.body as { data: { accessToken: string } }).data;
      expect((await closed.http.bearer(accessToken).get('/api/v1/auth/me')).body).toMatchObject({
        data: { emailVerified: true, role: 'user' },
      });
      expect(statusAndCode(await register(closed.http, email, { inviteToken }))).toEqual([403, 'invitation_invalid']);
    });

    it('A-42 leaves an invitation good when something else was wrong', async () => {
      const { email, inviteToken } = await invited();
      const weak = await register(closed.http, email, { inviteToken, password: 'password1' });
      expect(statusAndCode(weak)).toEqual([400, 'password_rejected']);
      expect(statusAndCode(await register(closed.http, email, { inviteToken, name: '' }))).toEqual([
        400,
        'validation_failed',
      ]);
      expect((await register(closed.http, email, { inviteToken })).status).toBe(201);
    });

    it('A-42 lets one of many through that come at once, on two replicas', async () => {
      const { email, inviteToken } = await invited();
      const replica = await given({ ALLOW_REGISTRATION: 'false' }, closed.databaseUrl);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) => register(n % 2 === 0 ? closed.http : replica.http, email, { inviteToken })),
      );
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 201)).toHaveLength(1);
      for (const status of statuses) expect([201, 403, 409]).toContain(status);
    });

    it('A-42 gives the role that it names', async () => {
      const { email, inviteToken } = await invited(newAddress(), 'admin-readonly');
      expect((await register(closed.http, email, { inviteToken })).body.data.role).toBe('admin-readonly');
    });

    it.each([
      ['lost the office', "UPDATE users SET role = 'user' WHERE id = $1"],
      ['was suspended', "UPDATE users SET status = 'inactive' WHERE id = $1"],
      ['was banned', "UPDATE users SET banned_until = now() + interval '1 day' WHERE id = $1"],
      ['is gone', 'DELETE FROM users WHERE id = $1'],
    ])('A-42 gives no such role once who wrote it %s', async (_what, change) => {
      const inviter = await givenUser(closed, { role: 'admin' });
      const [mighty, plain] = [newAddress(), newAddress()];
      await inviter.http.post(INVITATIONS, { email: mighty, role: 'admin' });
      await inviter.http.post(INVITATIONS, { email: plain });
      const tokenOf = async (email: string) => SmtpSink.secretOf(await smtp.next(email, 'invited'));
      const tokens = { mighty: await tokenOf(mighty), plain: await tokenOf(plain) };
      await closed.db.query(change, [inviter.id]);
      const refused = await register(closed.http, mighty, { inviteToken: tokens.mighty });
      expect(statusAndCode(refused)).toEqual([403, 'invitation_invalid']);
      const made = await register(closed.http, plain, { inviteToken: tokens.plain });
      expect([made.status, made.body.data.role]).toEqual([201, 'user']);
    });

    it('A-42 is refused after it was taken back, replaced, or ran out after seven days', async () => {
      const own = await given({ ALLOW_REGISTRATION: 'false' });
      const { http } = await givenUser(own, { role: 'admin' });
      const invite = async (email: string) => {
        const before = smtp.to(email).length;
        const { body } = await http.post<{ data: Invitation }>(INVITATIONS, { email });
        await eventually(() => expect(smtp.to(email).length).toBeGreaterThan(before));
        return { email, id: body.data.id, inviteToken: SmtpSink.secretOf(await smtp.next(email)) };
      };
      const revoked = await invite(newAddress());
      expect((await http.delete(`${INVITATIONS}/${revoked.id}`)).status).toBe(204);
      expect((await http.delete(`${INVITATIONS}/${revoked.id}`)).status).toBe(404);
      const replaced = await invite(newAddress());
      const { inviteToken: newer } = await invite(replaced.email);
      const late = await invite(newAddress());
      for (const { email, inviteToken } of [revoked, replaced]) {
        expect(statusAndCode(await register(own.http, email, { inviteToken }))).toEqual([403, 'invitation_invalid']);
      }
      expect((await register(own.http, replaced.email, { inviteToken: newer })).status).toBe(201);
      own.clock.advance({ days: 7, minutes: 1 });
      const tooLate = await register(own.http, late.email, { inviteToken: late.inviteToken });
      expect(statusAndCode(tooLate)).toEqual([403, 'invitation_invalid']);
      own.clock.advance({ days: 91 });
      const job = declaredJobs().find(({ name }) => name === 'remove-old-invitations');
      expect(job && (await own.app.get(JobRunner).run(job))).toBe(true);
      expect((await own.db.query('SELECT 1 FROM invitations')).rows).toEqual([]);
    });

    it('A-42 is the business of administrators, who see what became of each, and no token', async () => {
      const { id, email, inviteToken } = await invited();
      const [reader, user] = [await givenUser(closed, { role: 'admin-readonly' }), await givenUser(closed)];
      const listed = await reader.http.get<{ data: Invitation[] }>(INVITATIONS);
      expect(listed.body.data.find((each) => each.id === id)).toMatchObject({ email, status: 'open' });
      expect(listed.text).not.toContain(inviteToken);
      for (const who of [reader, user]) {
        expect((await who.http.post(INVITATIONS, { email: newAddress() })).status).toBe(403);
        expect((await who.http.delete(`${INVITATIONS}/${id}`)).status).toBe(403);
      }
      expect((await user.http.get(INVITATIONS)).status).toBe(403);
      expect(statusAndCode(await admin.http.post(INVITATIONS, { email: user.email }))).toEqual([
        409,
        'invitee_has_account',
      ]);
      await register(closed.http, email, { inviteToken });
      expect((await reader.http.get<{ data: Invitation[] }>(INVITATIONS)).body.data).toContainEqual(
        expect.objectContaining({ id, status: 'used' }),
      );
      const { rows } = await closed.db.query<{ row: string }>('SELECT i::text AS row FROM invitations i');
      expect(rows.some(({ row }) => row.includes(email) || row.includes(inviteToken))).toBe(false);
      const trail = JSON.stringify(await auditRows(closed));
      for (const action of ['INVITATION_CREATED', 'INVITATION_USED']) expect(trail).toContain(action);
      expect(trail).not.toContain(inviteToken);
    });

    it('A-42 hands the link to the administrator where no mail is configured', async () => {
      const own = await createApp({ environment: { ALLOW_REGISTRATION: 'false' } });
      apps.push(own);
      const { http } = await givenUser(own, { role: 'admin' });
      const email = newAddress();
      const { link } = (await http.post<{ data: Invitation }>(INVITATIONS, { email })).body.data;
      const inviteToken = link?.split('#')[1];
      expect((await register(own.http, email, { inviteToken })).status).toBe(201);
    });
  });
});
