import { JobRunner, declaredJobs } from '#libs/jobs';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import { SmtpSink } from '../support/smtp-sink.js';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0';
const NEWER_FIREFOX = FIREFOX.replaceAll('145.0', '146.0');
const SIGN_INS = '/api/v1/auth/sign-ins';

interface SignIn {
  readonly id: string;
  readonly success: boolean;
  readonly device: string;
  readonly ip: string;
  readonly current: boolean;
  readonly methods: string[];
}
interface Feed {
  readonly data: SignIn[];
  readonly pagination: { readonly nextCursor: string | null };
}

describe('the history of sign-ins', () => {
  let t: TestApp;
  let smtp: SmtpSink;
  beforeAll(async () => {
    smtp = await SmtpSink.start();
    t = await createApp({
      environment: { SMTP_URL: smtp.url, MAIL_FROM: 'no-reply@example.com', TRUST_PROXY: '1', AUTH_RATE_MAX: '1000' },
    });
  });
  afterAll(async () => {
    await t.close();
    await smtp.stop();
  });

  const signIn = ({ email, password }: Pick<GivenUser, 'email' | 'password'>, ip: string, agent = FIREFOX) =>
    t.http.post('/api/auth/login', { email, password }, { headers: { 'x-forwarded-for': ip, 'user-agent': agent } });
  const newDeviceMails = ({ email }: GivenUser) => smtp.to(email).filter(({ subject }) => /New sign-in/.test(subject));

  it('tells of successes and failures, the newest first, to their owner alone', async () => {
    const user = await givenUser(t);
    const other = await givenUser(t);
    await signIn({ ...user, password: 'Wrong-Horse-8-Battery' }, '203.0.113.9');
    await signIn(user, '203.0.113.7');
    const { body } = await eventually(async () => {
      const answer = await user.http.get<Feed>(SIGN_INS);
      expect(answer.body.data).toHaveLength(3);
      return answer;
    });
    expect(body.data).toMatchObject([
      { success: true, ip: '203.0.113.7', device: 'Firefox on Windows', methods: ['pwd'], current: false },
      { success: false, ip: '203.0.113.9', device: 'Firefox on Windows', methods: [], current: false },
      { success: true, ip: '127.0.0.1', device: 'node', methods: ['pwd'], current: true },
    ]);
    const page = await user.http.get<Feed>(`${SIGN_INS}?limit=2`);
    const rest = await user.http.get<Feed>(`${SIGN_INS}?limit=2&cursor=${page.body.pagination.nextCursor ?? ''}`);
    expect([...page.body.data, ...rest.body.data]).toEqual(body.data);
    expect(rest.body.pagination.nextCursor).toBeNull();
    expect((await other.http.get<Feed>(SIGN_INS)).body.data).toHaveLength(1);
    expect((await t.http.get(SIGN_INS)).status).toBe(401);
  });

  it('has a mail sent for a device or a network that is new, and for nothing else', async () => {
    const user = await givenUser(t);
    const told = async (signingIn: Promise<unknown>): Promise<number> => {
      await signingIn;
      await eventually(async () => expect((await t.db.query('SELECT 1 FROM outbox')).rows).toEqual([]));
      return newDeviceMails(user).length;
    };
    // The account's first sign-in was its making.
    expect(newDeviceMails(user)).toEqual([]);
    expect(await told(signIn(user, '203.0.113.7'))).toBe(1);
    expect(await told(signIn(user, '203.0.113.7', NEWER_FIREFOX))).toBe(1);
    expect(await told(signIn({ ...user, password: 'Wrong-Horse-8-Battery' }, '203.0.113.200'))).toBe(1);
    expect(await told(signIn(user, '203.0.113.8'))).toBe(2);
    expect(await told(signIn(user, '203.0.113.8', 'curl/8.1'))).toBe(3);
    expect(await told(signIn(user, '203.0.113.7'))).toBe(3);
    const { text } = newDeviceMails(user)[0] ?? { text: '' };
    expect(text).toContain('Firefox on Windows at 203.0.113.7');
    const { rows } = await t.db.query<{ row: string }>('SELECT d::text AS row FROM known_devices d');
    expect(rows.some(({ row }) => row.includes('203.0.113'))).toBe(false);
  });

  it('has one mail sent for many sign-ins from a new device that come at once', async () => {
    const user = await givenUser(t);
    await Promise.all(Array.from({ length: 6 }, () => signIn(user, '203.0.113.77')));
    await eventually(async () => expect((await t.db.query('SELECT 1 FROM outbox')).rows).toEqual([]));
    expect(newDeviceMails(user)).toHaveLength(1);
  });

  it('is kept for 90 days, and devices for a year', async () => {
    const own = await createApp();
    try {
      await givenUser(own);
      const job = declaredJobs().find(({ name }) => name === 'remove-old-sign-ins');
      const left = async () => {
        // Once a day.
        own.clock.advance({ days: 1 });
        await own.db.query('DELETE FROM jobs');
        expect(job && (await own.app.get(JobRunner).run(job))).toBe(true);
        const { rows } = await own.db.query<{ signIns: number; devices: number }>(
          `SELECT (SELECT count(*)::int FROM sign_ins) AS "signIns", (SELECT count(*)::int FROM known_devices) AS devices`,
        );
        return rows[0];
      };
      expect(await left()).toEqual({ signIns: 1, devices: 1 });
      own.clock.advance({ days: 90 });
      expect(await left()).toEqual({ signIns: 0, devices: 1 });
      own.clock.advance({ days: 275 });
      expect(await left()).toEqual({ signIns: 0, devices: 0 });
    } finally {
      await own.close();
    }
  });
});
