import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { KeyRing } from '#libs/crypto';
import { JobRunner } from '#libs/jobs';
import { careForSigningKeys } from '../../src/auth/signing/signing.rotation.js';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { cookieOf } from '../support/cookies.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

interface Key {
  id: string;
  state: string;
  signsFrom: string;
}
interface Jwks {
  keys: { kid: string; d?: string }[];
}

const PATH = '/api/v1/admin/signing-keys';
const environment = { JWT_SECRET: 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa' };

describe('the keys that sign access tokens, on two replicas', () => {
  let one: TestApp;
  let two: TestApp;
  let admin: GivenUser;
  beforeAll(async () => {
    one = await createApp({ environment });
    two = await createApp({ environment, databaseUrl: one.databaseUrl });
    admin = await givenUser(one, { role: 'admin' });
  });
  afterAll(async () => {
    await two.close();
    await one.close();
  });

  const jwks = async (t: TestApp): Promise<string[]> =>
    (await t.http.get<Jwks>('/.well-known/jwks.json')).body.keys.map(({ kid }) => kid);
  const statusOf = async (t: TestApp, token: string): Promise<number> =>
    (await t.http.bearer(token).get('/api/v1/auth/me')).status;
  const kidOf = (token: string): string => decodeProtectedHeader(token).kid ?? '';
  const signIn = async (t: TestApp, { email, password }: GivenUser) => {
    const answer = await t.http.post<{ data: { accessToken: string; csrfToken: string } }>('/api/auth/login', {
      email,
      password,
    });
    const { accessToken: token, csrfToken } = answer.body.data;
    const cookie = `sluice_refresh=${cookieOf(answer, 'sluice_refresh')?.value ?? ''}; sluice_csrf=${csrfToken}`;
    return { token, headers: { cookie, 'x-csrf-token': csrfToken } };
  };
  const pass = (step: Parameters<TestApp['clock']['advance']>[0]): void => {
    for (const t of [one, two]) t.clock.advance(step);
  };

  it('are published, so that anybody can verify a token, and nothing of them can sign', async () => {
    const answer = await one.http.get<Jwks>('/.well-known/jwks.json');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300');
    expect(answer.headers.get('content-type')).toContain('application/jwk-set+json');
    expect(answer.body.keys).toHaveLength(1);
    expect(Object.keys(answer.body.keys[0] ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    const remote = createRemoteJWKSet(new URL('/.well-known/jwks.json', two.url));
    const { payload, protectedHeader } = await jwtVerify(admin.token, remote, {
      issuer: 'sluice',
      audience: 'control-plane',
      algorithms: ['EdDSA'],
      typ: 'at+jwt',
    });
    expect(payload.sub).toBe(admin.id);
    expect(protectedHeader.kid).toBe(answer.body.keys[0]?.kid);
    const { rows } = await one.db.query<{ dump: string }>('SELECT string_agg(k::text, $1) AS dump FROM ring_keys k', [
      '\n',
    ]);
    const secrets = one.app
      .get(KeyRing)
      .list('sign')
      .map(({ secret }) => secret);
    for (const secret of secrets) {
      expect(rows[0]?.dump).not.toContain(secret);
      expect(rows[0]?.dump).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  it('verify without a question to the database', async () => {
    const user = await givenUser(one);
    await statusOf(one, user.token);
    const asked = jest.spyOn(one.app.get(KeyRing), 'reload');
    for (let n = 0; n < 5; n += 1) expect(await statusOf(one, user.token)).toBe(200);
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('are given a successor by an administrator, and no token fails for it', async () => {
    const user = await givenUser(two);
    const [before = ''] = await jwks(one);
    const rows = await auditedBy(one, async () => {
      const answer = await admin.http.post<{ data: Key[] }>(`${PATH}/rotate`, {});
      expect(answer.status).toBe(200);
      expect(answer.body.data.map(({ state }) => state)).toEqual(['signing', 'next']);
    });
    expect(rows.map(({ action }) => action)).toEqual(['SIGNING_KEY_ROTATED']);
    const published = await eventually(async () => {
      const both = [await jwks(one), await jwks(two)];
      expect(both.map((kids) => kids.length)).toEqual([2, 2]);
      return both[0];
    }, 1_000);
    const after = published?.find((kid) => kid !== before);
    expect(kidOf((await signIn(two, user)).token)).toBe(before);

    // Whoever asks again while one waits gets that one.
    await admin.http.post(`${PATH}/rotate`, {});
    expect(await jwks(one)).toHaveLength(2);

    // The replicas' clocks differ by a moment: what one signs already, the other must take.
    one.clock.advance({ minutes: 11 });
    const early = await signIn(one, user);
    expect(kidOf(early.token)).toBe(after);
    expect([await statusOf(one, early.token), await statusOf(two, early.token)]).toEqual([200, 200]);
    two.clock.advance({ minutes: 11 });
    expect([await statusOf(one, user.token), await statusOf(two, user.token)]).toEqual([200, 200]);

    pass({ minutes: 17 });
    expect(await one.app.get(JobRunner).run(careForSigningKeys)).toBe(true);
    await eventually(async () => expect([await jwks(one), await jwks(two)]).toEqual([[after], [after]]), 1_000);
    admin = { ...admin, ...(await refreshed(admin)) };
    expect(await statusOf(two, (await signIn(two, user)).token)).toBe(200);
  });

  const refreshed = async (person: GivenUser): Promise<Pick<GivenUser, 'token' | 'http'>> => {
    const { token } = await signIn(one, person);
    return { token, http: one.http.bearer(token) };
  };

  it('are discarded when they may be in wrong hands: every token ends within a second, and sessions go on', async () => {
    const user = await givenUser(one);
    const session = await signIn(two, user);
    const [before = ''] = await jwks(one);
    expect((await admin.http.post(`${PATH}/rotate`, { discard: true })).status).toBe(200);
    expect(await statusOf(one, user.token)).toBe(401);
    await eventually(async () => expect(await statusOf(two, session.token)).toBe(401), 1_000);
    await eventually(async () => expect(await jwks(two)).not.toContain(before), 1_000);
    const answer = await two.http.post<{ data: { accessToken: string } }>('/api/auth/refresh', undefined, {
      headers: session.headers,
    });
    expect(answer.status).toBe(200);
    expect(await statusOf(one, answer.body.data.accessToken)).toBe(200);
    admin = { ...admin, ...(await refreshed(admin)) };
  });

  it('get a successor by themselves after 30 days', async () => {
    const care = async (): Promise<number> => {
      expect(await one.app.get(JobRunner).run(careForSigningKeys)).toBe(true);
      return (await jwks(one)).length;
    };
    pass({ days: 29 });
    expect(await care()).toBe(1);
    pass({ days: 2 });
    expect(await care()).toBe(2);
    expect(await care()).toBe(2);
  });

  it('are seen by those who may only read, and rotated by administrators alone', async () => {
    const [reader, user] = [await givenUser(one, { role: 'admin-readonly' }), await givenUser(one)];
    expect((await reader.http.get<{ data: Key[] }>(PATH)).body.data[0]?.state).toBe('signing');
    expect((await reader.http.post(`${PATH}/rotate`, {})).status).toBe(403);
    expect((await user.http.get(PATH)).status).toBe(403);
  });
});
