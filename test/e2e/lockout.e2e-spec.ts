import { declaredJobs, JobRunner } from '#libs/jobs';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { cookieOf } from '../support/cookies.js';
import { GIVEN_PASSWORD, givenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const WRONG = 'Wrong-Horse-8-Battery';

let people = 0;
const newAddress = () => `nobody-${(people += 1)}@example.com`;

describe('locked accounts', () => {
  let t: TestApp;

  beforeAll(async () => {
    t = await createApp({ environment: { JWT_SECRET, TRUST_PROXY: '1', AUTH_RATE_MAX: '100' } });
  });
  afterAll(() => t.close());

  const signIn = (
    email: string,
    password = GIVEN_PASSWORD,
    { from = '203.0.113.7', cookie = '', at = t }: { from?: string; cookie?: string; at?: TestApp } = {},
  ): Promise<TestResponse<{ data: { csrfToken: string }; error?: { code: string; message: string } }>> =>
    at.http.post(
      '/api/auth/login',
      { email, password },
      { headers: { 'x-forwarded-for': from, ...(cookie === '' ? {} : { cookie }) } },
    );
  const fail = async (email: string, times: number, at = t, from?: string): Promise<number[]> => {
    const statuses: number[] = [];
    const where = { at, ...(from === undefined ? {} : { from }) };
    for (let n = 0; n < times; n += 1) statuses.push((await signIn(email, WRONG, where)).status);
    return statuses;
  };
  const secondsLeft = async (email: string, at = t): Promise<number> => {
    const { status, headers } = await signIn(email, GIVEN_PASSWORD, { from: '203.0.113.99', at });
    expect(status).toBe(423);
    return Number(headers.get('retry-after'));
  };
  /** Its row is in the table by a keyed hash alone. */
  const kept = async (): Promise<string> =>
    JSON.stringify((await t.db.query('SELECT *, encode(subject, $1) AS text FROM sign_in_failures', ['escape'])).rows);

  describe('lock after five wrong passwords', () => {
    it('A-06 against the right one too, from another address, for half an hour at most', async () => {
      const { email } = await givenUser(t);
      expect(await fail(email, 5)).toEqual([401, 401, 401, 401, 401]);
      const answer = await signIn(email, GIVEN_PASSWORD, { from: '203.0.113.99' });
      expect([answer.status, answer.body]).toMatchObject([423, { error: { code: 'account_locked' } }]);
      const left = Number(answer.headers.get('retry-after'));
      expect(left).toBeGreaterThan(1_790);
      expect(left).toBeLessThanOrEqual(1_800);
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    it('A-06 in the same sequence where there is no such account, which the database does not tell either', async () => {
      const sequence = async (email: string) => {
        const answers: object[] = [];
        for (let n = 0; n < 7; n += 1) {
          const { status, headers, text } = await signIn(email, WRONG);
          const hasTime = headers.get('retry-after') !== null;
          answers.push({ status, hasTime, text: text.replace(/"requestId":"[^"]+"/, '') });
        }
        return answers;
      };
      const [{ email }, nobody] = [await givenUser(t), newAddress()];
      const known = await sequence(email);
      expect(known.map((answer) => (answer as { status: number }).status)).toEqual([401, 401, 401, 401, 401, 423, 423]);
      expect(await sequence(nobody)).toEqual(known);
      expect(await kept()).not.toContain(nobody);
    });

    it('A-06 on every replica, and in whatever form the address is written', async () => {
      const other = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { JWT_SECRET, TRUST_PROXY: '1', AUTH_RATE_MAX: '100', RUN_JOBS: 'false' },
      });
      try {
        const { email } = await givenUser(t);
        await fail(email, 3);
        await fail(` ${email.toUpperCase()} `, 2, other);
        expect((await signIn(email)).status).toBe(423);
        expect((await signIn(email, GIVEN_PASSWORD, { at: other })).status).toBe(423);
      } finally {
        await other.close();
      }
    });

    it('A-06 answer five of forty guesses that come at once', async () => {
      const { email } = await givenUser(t);
      const answers = await Promise.all(
        // All of them but the last are wrong; enough networks that none waits too long.
        Array.from({ length: 40 }, (_, n) => signIn(email, `${WRONG}-${n}`, { from: `203.0.113.${n}` })),
      );
      const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
      expect([count(401), count(423)]).toEqual([5, 35]);
    });

    it('A-06 on the record: who was locked, and each attempt after that', async () => {
      const user = await givenUser(t);
      const rows = await auditedBy(t, () => fail(user.email, 6, t, '198.51.100.1'));
      expect(rows.filter(({ action }) => action === 'ACCOUNT_LOCKED')).toMatchObject([
        { resource_id: user.id, new_values: { minutes: 30 } },
      ]);
      const codes = rows.filter(({ action }) => action === 'SIGN_IN_FAILED').map(({ error_code: code }) => code);
      expect(codes).toEqual([...Array.from({ length: 5 }, () => 'invalid_credentials'), 'account_locked']);
    });

    it('A-06 but not after four and a right one', async () => {
      const { email } = await givenUser(t);
      for (let round = 0; round < 3; round += 1) {
        expect(await fail(email, 4)).toEqual([401, 401, 401, 401]);
        expect((await signIn(email)).status).toBe(200);
      }
    });
  });

  describe('whoever locks one out on purpose', () => {
    const marked = async (email: string): Promise<string> =>
      `sluice_device=${cookieOf(await signIn(email), 'sluice_device')?.value ?? ''}`;

    it('does not lock out its owner, on a device that it was used on', async () => {
      const { email } = await givenUser(t);
      const cookie = await marked(email);
      await fail(email, 5);
      expect((await signIn(email)).status).toBe(423);
      const answer = await signIn(email, GIVEN_PASSWORD, { cookie, from: '203.0.113.55' });
      expect(answer.status).toBe(200);
      // The mark stays as it is, and strangers stay locked out.
      expect(cookieOf(answer, 'sluice_device')).toBeUndefined();
      expect((await signIn(email)).status).toBe(423);
    });

    it('gets as few guesses with a mark of the device, and none more with one of another account', async () => {
      const [{ email }, other] = [await givenUser(t), await givenUser(t)];
      const cookie = await marked(email);
      for (let n = 0; n < 5; n += 1) expect((await signIn(email, WRONG, { cookie })).status).toBe(401);
      expect((await signIn(email, GIVEN_PASSWORD, { cookie })).status).toBe(423);
      // These were failures of the device, not of strangers.
      expect((await signIn(email)).status).toBe(200);
      const foreign = await marked(other.email);
      await fail(email, 5);
      for (const bad of [foreign, 'sluice_device=a.b', 'sluice_device=', `${cookie}x`]) {
        expect((await signIn(email, GIVEN_PASSWORD, { cookie: bad })).status).toBe(423);
      }
    });
  });

  describe('lock for longer each time', () => {
    it('A-07 twice as long the second time, never above a day, and for good with the tenth failure', async () => {
      const own = await createApp({ environment: { JWT_SECRET, TRUST_PROXY: '1', AUTH_RATE_MAX: '100' } });
      try {
        const { email } = await givenUser(own);
        await fail(email, 5, own);
        const minutes: number[] = [];
        for (let lock = 1; lock <= 5; lock += 1) {
          const left = await secondsLeft(email, own);
          minutes.push(Math.ceil(left / 60));
          own.clock.advance({ seconds: left });
          // What is tried while it is locked is no failure: only one of these is looked at.
          expect(await fail(email, 3, own)).toEqual([401, 423, 423]);
        }
        expect(minutes).toEqual([30, 60, 90, 120, 150]);
        own.clock.advance({ days: 29 });
        const final = await signIn(email, GIVEN_PASSWORD, { at: own });
        expect([final.status, final.headers.get('retry-after')]).toEqual([423, null]);
        expect(final.body.error?.message).toContain('until an administrator unlocks it');
      } finally {
        await own.close();
      }
    });

    it('A-07 for a day at most, whatever is configured', async () => {
      const own = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { JWT_SECRET, LOCKOUT_FAILURES: '1', LOCKOUT_MINUTES: '1440', RUN_JOBS: 'false' },
      });
      try {
        const { email } = await givenUser(t);
        await fail(email, 1, own);
        own.clock.advance({ seconds: await secondsLeft(email, own) });
        await fail(email, 1, own);
        expect(await secondsLeft(email, own)).toBeLessThanOrEqual(86_400);
      } finally {
        await own.close();
      }
    });
  });

  describe('are unlocked', () => {
    it('A-08 by an administrator alone, on the record', async () => {
      const [user, admin, reader] = [
        await givenUser(t),
        await givenUser(t, { role: 'admin' }),
        await givenUser(t, { role: 'admin-readonly' }),
      ];
      const path = `/api/v1/admin/users/${user.id}`;
      await fail(user.email, 5);
      expect((await reader.http.get(`${path}/lock`)).body).toMatchObject({ data: { locked: true, failures: 5 } });
      expect((await reader.http.post(`${path}/unlock`)).status).toBe(403);
      expect((await user.http.post(`${path}/unlock`)).status).toBe(403);
      expect((await signIn(user.email)).status).toBe(423);
      const rows = await auditedBy(t, async () => {
        const { status, body } = await admin.http.post(`${path}/unlock`);
        expect([status, body]).toMatchObject([200, { data: { userId: user.id, locked: false, lockedUntil: null } }]);
      });
      expect(rows).toMatchObject([{ action: 'ACCOUNT_UNLOCKED', actor_id: admin.id, resource_id: user.id }]);
      expect((await signIn(user.email)).status).toBe(200);
    });

    it('A-08 also when they are locked for good, and not when there is no such person', async () => {
      const [user, admin] = [await givenUser(t), await givenUser(t, { role: 'admin' })];
      await fail(user.email, 5);
      await t.db.query('UPDATE sign_in_failures SET is_final = true, locked_until = NULL, failures = 10');
      expect((await signIn(user.email)).status).toBe(423);
      expect((await admin.http.post(`/api/v1/admin/users/${user.id}/unlock`)).status).toBe(200);
      expect((await signIn(user.email)).status).toBe(200);
      const nobody = '00000000-0000-4000-8000-000000000000';
      expect((await admin.http.post(`/api/v1/admin/users/${nobody}/unlock`)).body).toMatchObject({
        error: { code: 'user_not_found' },
      });
    });
  });

  it('are forgotten after thirty days, unless they are locked for good', async () => {
    const own = await createApp({ environment: { JWT_SECRET, TRUST_PROXY: '1', AUTH_RATE_MAX: '100' } });
    try {
      const [once, final] = [newAddress(), newAddress()];
      await fail(once, 1, own);
      await fail(final, 5, own);
      await own.db.query('UPDATE sign_in_failures SET is_final = true WHERE failures = 5');
      own.clock.advance({ days: 31 });
      const job = declaredJobs().find(({ name }) => name === 'forget-sign-in-failures');
      expect(job && (await own.app.get(JobRunner).run(job))).toBe(true);
      const { rows } = await own.db.query('SELECT failures FROM sign_in_failures');
      expect(rows).toEqual([{ failures: 5 }]);
    } finally {
      await own.close();
    }
  });
});
