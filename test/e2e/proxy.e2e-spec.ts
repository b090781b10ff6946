import { loadConfig } from '#libs/config';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const CLIENT = '203.0.113.7';
const PROXY = '198.51.100.2';
const FORGED = '192.0.2.66';

describe("the client's address", () => {
  const apps: TestApp[] = [];
  afterAll(() => Promise.all(apps.map((app) => app.close())));

  async function given(trustProxy: string | undefined): Promise<{ t: TestApp; user: GivenUser }> {
    const t = await createApp({ environment: { TRUST_PROXY: trustProxy } });
    apps.push(t);
    return { t, user: await givenUser(t) };
  }

  /** The address that the audit log has of a request. */
  async function seen(
    { t, user }: { t: TestApp; user: GivenUser },
    forwardedFor: string,
  ): Promise<string | null | undefined> {
    const rows = await auditedBy(t, async () => {
      const headers = { 'x-forwarded-for': forwardedFor };
      const { status } = await user.http.patch(
        '/api/v1/users/me',
        { name: `Seen as ${forwardedFor}`.slice(0, 60) },
        { headers },
      );
      expect(status).toBe(200);
    });
    return rows[0]?.ip;
  }

  it('H-17 is that of the peer, whatever an untrusted one forwards', async () => {
    const app = await given(undefined);
    expect(await seen(app, CLIENT)).toBe('127.0.0.1');
    expect(await seen(app, `${FORGED}, ${CLIENT}`)).toBe('127.0.0.1');
  });

  it('H-17 is the last forwarded one behind one hop: what the client wrote before it is not believed', async () => {
    const app = await given('1');
    expect(await seen(app, CLIENT)).toBe(CLIENT);
    expect(await seen(app, `${FORGED}, ${CLIENT}`)).toBe(CLIENT);
  });

  it('H-17 is the last but one behind two hops', async () => {
    const app = await given('2');
    expect(await seen(app, `${FORGED}, ${CLIENT}, ${PROXY}`)).toBe(CLIENT);
  });

  it('H-17 is the first that is no proxy of ours, where their addresses are known', async () => {
    const app = await given(`127.0.0.1, ${PROXY}/32`);
    expect(await seen(app, `${FORGED}, ${CLIENT}, ${PROXY}`)).toBe(CLIENT);
    const stranger = await given('10.0.0.0/8');
    expect(await seen(stranger, CLIENT)).toBe('127.0.0.1');
  });

  it('H-17 is left out when a trusted proxy forwards what is no address', async () => {
    const app = await given('1');
    expect(await seen(app, 'unknown')).toBeNull();
    expect(await seen(app, '2001:db8::7')).toBe('2001:db8::7');
  });

  it('H-17 is what limits count: a stranger cannot write himself a new one', async () => {
    const { t } = await given(undefined);
    const attempt = (n: number) =>
      t.http.post(
        '/api/auth/login',
        { email: 'nobody@example.com', password: 'Wrong-Horse-8-Battery' },
        { headers: { 'x-forwarded-for': `203.0.113.${n}` } },
      );
    const statuses: number[] = [];
    for (let n = 1; n <= 12; n += 1) statuses.push((await attempt(n)).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each(['loadbalancer', '1, 2', '-1', '10.0.0.0/33', '10.0.0.1, proxy'])(
    'H-17 refuses to start with %s, which is neither hops nor addresses',
    (trustProxy) => {
      const environment = { NODE_ENV: 'test', JWT_SECRET: 'x8kQ2vT5nL0wR7yB4mH9cJ1sD6fG3pA-', TRUST_PROXY: trustProxy };
      expect(() => loadConfig(environment)).toThrow('TRUST_PROXY');
    },
  );
});
