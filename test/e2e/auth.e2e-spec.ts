import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { hash as bcrypt } from 'bcryptjs';
import { SignJWT } from 'jose';
import { deriveKey } from '#libs/crypto';
import { JobRunner, declaredJobs } from '#libs/jobs';
import { maskedEmail } from '#libs/kernel';
import { authErrors } from '../../src/auth/auth.errors.js';
import { SigningKeys } from '../../src/auth/signing/signing.keys.js';
import { PasswordHasher } from '../../src/auth/passwords/password.hasher.js';
import { createApp, type TestApp } from '../support/app.js';
import { cookieOf } from '../support/cookies.js';
import { emailIndex, givenUser, GIVEN_PASSWORD } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const PASSWORD = GIVEN_PASSWORD;
const COOKIE = 'sluice_refresh';

interface SessionBody {
  data: {
    accessToken: string;
    tokenType: string;
    expiresIn: number;
    user: { id: string; email: string; role: string };
  };
}

let people = 0;
const newAddress = () => `person-${(people += 1)}@example.com`;

function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
}

/** What a page of ours would send beside the cookie. */
function csrfOf(refreshToken: string): string {
  const [sessionId = ''] = refreshToken.split('.');
  return createHmac('sha256', deriveKey(JWT_SECRET, 'csrf')).update(sessionId).digest('base64url');
}

describe('auth', () => {
  let t: TestApp;

  beforeAll(async () => {
    t = await createApp({
      environment: { JWT_SECRET, REGISTRATION_RATE_MAX: '1000', CORS_ORIGIN: 'https://console.example' },
    });
  });
  afterAll(() => t.close());

  const register = (email: string, password = PASSWORD, http = t.http) =>
    http.post('/api/auth/register', { email, password, name: 'Ada Lovelace' });
  const login = (email: string, password = PASSWORD, http = t.http) =>
    http.post<SessionBody>('/api/auth/login', { email, password });
  const me = (token: string, http: TestHttp = t.http) => http.bearer(token).get('/api/v1/auth/me');
  const refresh = (token: string, headers: Record<string, string> = {}) =>
    t.http.post<SessionBody>('/api/auth/refresh', undefined, {
      headers: { cookie: `${COOKIE}=${token}`, 'x-csrf-token': csrfOf(token), ...headers },
    });
  const refreshTokenOf = (answer: TestResponse<unknown>) => cookieOf(answer, COOKIE)?.value ?? '';
  const storedHash = async (email: string) =>
    (
      await t.db.query<{ password_hash: string }>('SELECT password_hash FROM users WHERE email_index = $1', [
        emailIndex(t, email),
      ])
    ).rows[0]?.password_hash;
  const audited = async (action: string, resourceId: string): Promise<object[]> => {
    const { rows } = await t.db.query<object>('SELECT * FROM audit_trail WHERE action = $1 AND resource_id = $2', [
      action,
      resourceId,
    ]);
    return rows;
  };

  /** An account and a session of it. */
  async function signedUp() {
    const email = newAddress();
    await register(email);
    const answer = await login(email);
    return { email, answer, token: answer.body.data.accessToken, refreshToken: refreshTokenOf(answer) };
  }

  describe('registration', () => {
    it('A-01 makes an account once', async () => {
      const email = newAddress();
      const first = await register(email);
      expect(first.status).toBe(201);
      expect(first.body).toMatchObject({ data: { id: expect.any(String) as string, email, name: 'Ada Lovelace' } });
      expect(first.text).not.toMatch(/password|hash|argon/i);
      const second = await register(email);
      expect([second.status, second.body]).toMatchObject([
        409,
        { error: { code: 'user_email_taken', param: 'email' } },
      ]);
    });

    it('A-01 knows an address in whatever form it is written', async () => {
      const email = newAddress();
      expect((await register(`  ${email.toUpperCase()} `)).body).toMatchObject({ data: { email } });
      expect((await register(email)).status).toBe(409);
      expect((await login(email.replace('person', 'Person'))).status).toBe(200);
    });

    it('A-01 lets one of many simultaneous registrations of an address through', async () => {
      const email = newAddress();
      const answers = await Promise.all(Array.from({ length: 6 }, () => register(email)));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409]);
    });

    it('A-01 records it, without the password', async () => {
      const email = newAddress();
      await register(email);
      const { id } = (await login(email)).body.data.user;
      const rows = await audited('USER_CREATED', id);
      expect(rows).toMatchObject([
        { actor_kind: 'anonymous', success: true, new_values: { email: maskedEmail(email), role: 'user' } },
      ]);
      expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    });

    it('A-03 lists every rule that a password breaks, and does not repeat the password', async () => {
      const email = newAddress();
      const { status, body, text } = await register(email, 'password1');
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: { code: 'password_rejected', param: 'password' } });
      const { details } = (body as { error: { details: { rule: string }[] } }).error;
      expect(details.map(({ rule }) => rule)).toEqual(['length', 'uppercase', 'special', 'common']);
      expect(text).not.toContain('password1');
      expect(t.logs.join('')).not.toContain('password1');
      expect(await storedHash(email)).toBeUndefined();
    });

    it('answers a body of the wrong shape without repeating it', async () => {
      const { status, text } = await t.http.post('/api/auth/register', { email: 'nope', password: { a: 'Secret-77' } });
      expect(status).toBe(400);
      expect(text).not.toContain('Secret-77');
    });
  });

  describe('password hashes', () => {
    it('A-03 are Argon2id with 64 MiB, 3 passes and 2 lanes', async () => {
      const real = await createApp({
        environment: { PASSWORD_HASH_MEMORY_KIB: undefined },
        databaseUrl: t.databaseUrl,
      });
      try {
        const email = newAddress();
        await register(email, PASSWORD, real.http);
        expect(await storedHash(email)).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=2\$/);
        // What is stronger than asked for stays.
        await login(email);
        expect(await storedHash(email)).toContain('m=65536');
      } finally {
        await real.close();
      }
    });

    it.each(['$2a$', '$2b$', '$2y$'])(
      'A-03 that are bcrypt (%s) are made anew at the next sign-in',
      async (version) => {
        const email = newAddress();
        await register(email);
        const legacy = (await bcrypt('Legacy-Password-1', 4)).replace(/^\$2.\$/, version);
        await t.db.query('UPDATE users SET password_hash = $2 WHERE email_index = $1', [emailIndex(t, email), legacy]);
        expect((await login(email, 'wrong-Password-1')).status).toBe(401);
        expect(await storedHash(email)).toBe(legacy);
        expect((await login(email, 'Legacy-Password-1')).status).toBe(200);
        expect(await storedHash(email)).toMatch(/^\$argon2id\$/);
        expect((await login(email, 'Legacy-Password-1')).status).toBe(200);
      },
    );

    it('let their owner in while there is no time to make them anew', async () => {
      const email = newAddress();
      await register(email);
      const legacy = await bcrypt('Legacy-Password-1', 4);
      await t.db.query('UPDATE users SET password_hash = $2 WHERE email_index = $1', [emailIndex(t, email), legacy]);
      const busy = jest.spyOn(t.app.get(PasswordHasher), 'hash').mockRejectedValue(authErrors.sign_in_busy());
      expect((await login(email, 'Legacy-Password-1')).status).toBe(200);
      busy.mockRestore();
      expect(await storedHash(email)).toBe(legacy);
    });
  });

  describe('sign-in', () => {
    it('A-04 gives an access token of 15 minutes and a refresh token that no script can read', async () => {
      const { answer, token, email } = await signedUp();
      expect(answer.status).toBe(200);
      expect(answer.body.data).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { email } });
      const claims = claimsOf(token);
      expect(claims).toMatchObject({
        sub: answer.body.data.user.id,
        sid: expect.any(String) as string,
        iss: 'sluice',
        aud: 'control-plane',
      });
      expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900);
      expect(claims).not.toHaveProperty('role');
      const { attributes } = cookieOf(answer, COOKIE) ?? { attributes: new Map<string, string>() };
      expect([...attributes.keys()]).toEqual(expect.arrayContaining(['httponly', 'expires']));
      expect(attributes.get('samesite')).toBe('Strict');
      expect(attributes.get('path')).toBe('/api/auth');
      expect(attributes.has('secure')).toBe(false);
      expect(answer.text).not.toContain(refreshTokenOf(answer));
    });

    it('A-04 sends the cookie over TLS alone in production', async () => {
      const { email } = await signedUp();
      const production = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { NODE_ENV: 'production', JWT_SECRET, PASSWORD_HASH_MEMORY_KIB: '19456' },
      });
      try {
        const answer = await login(email, PASSWORD, production.http);
        expect(answer.status).toBe(200);
        expect(cookieOf(answer, COOKIE)?.attributes.has('secure')).toBe(true);
      } finally {
        await production.close();
      }
    });

    it('A-04 records who signed in, from where', async () => {
      const { token, answer } = await signedUp();
      const rows = await audited('SIGNED_IN', String(claimsOf(token)['sid']));
      expect(rows).toMatchObject([{ actor_kind: 'user', actor_id: answer.body.data.user.id, ip: '127.0.0.1' }]);
      const { rows: sessions } = await t.db.query('SELECT ip, user_agent FROM sessions WHERE id = $1', [
        claimsOf(token)['sid'],
      ]);
      expect(sessions).toMatchObject([{ ip: '127.0.0.1', user_agent: 'node' }]);
    });

    it('A-05 answers an unknown address and a wrong password alike', async () => {
      const { email } = await signedUp();
      const inactive = newAddress();
      await register(inactive);
      await t.db.query(`UPDATE users SET status = 'inactive' WHERE email_index = $1`, [emailIndex(t, inactive)]);
      const answers = await Promise.all([
        login(email, 'Wrong-Password-1'),
        login('nobody@example.com'),
        login(inactive),
        login('system@sluice.internal'),
      ]);
      const bodies = answers.map(({ status, text, headers }) => ({
        status,
        text: text.replace(/"requestId":"[^"]+"/, ''),
        length: headers.get('content-length'),
        cookie: headers.get('set-cookie'),
      }));
      expect(bodies[0]).toMatchObject({ status: 401, cookie: null });
      expect(bodies[0]?.text).toContain('invalid_credentials');
      for (const body of bodies) expect(body).toEqual(bodies[0]);
    });

    it('A-05 takes as long for an unknown address as for a wrong password', async () => {
      const { email } = await signedUp();
      // A hash as expensive as in production, so that leaving it out would show.
      const real = await createApp({
        databaseUrl: t.databaseUrl,
        environment: {
          PASSWORD_HASH_MEMORY_KIB: '65536',
          AUTH_RATE_MAX: '100',
          LOCKOUT_FAILURES: '50',
          LOCKOUT_FINAL_FAILURES: '0',
        },
      });
      try {
        await login(email, PASSWORD, real.http);
        await login('nobody@example.com', PASSWORD, real.http);
        const best = new Map<string, number>();
        for (let round = 0; round < 5; round += 1) {
          for (const address of [email, 'nobody@example.com']) {
            const start = performance.now();
            await login(address, 'Wrong-Password-1', real.http);
            best.set(address, Math.min(best.get(address) ?? Infinity, performance.now() - start));
          }
        }
        const ratio = (best.get('nobody@example.com') ?? 0) / (best.get(email) ?? 0);
        // Without a hash to compare with it would be a tenth.
        expect(ratio).toBeGreaterThan(0.4);
        expect(ratio).toBeLessThan(2.5);
      } finally {
        await real.close();
      }
    });

    it('AU-06 records a failed sign-in', async () => {
      const { email, answer } = await signedUp();
      await login(email, 'Wrong-Password-1');
      const rows = await audited('SIGN_IN_FAILED', answer.body.data.user.id);
      expect(rows).toMatchObject([
        { success: false, error_code: 'invalid_credentials', actor_kind: 'anonymous', ip: '127.0.0.1' },
      ]);
      expect(JSON.stringify(rows)).not.toContain('Wrong-Password-1');
      await login('stranger@example.com');
      const strangers = await t.db.query(
        `SELECT success, resource_id FROM audit_trail
          WHERE action = 'SIGN_IN_FAILED' AND new_values->>'email' = 's***@e***.com'`,
      );
      expect(strangers.rows).toEqual([{ success: false, resource_id: null }]);
    });

    it('slows down the sixth attempt at one account, right or wrong, and no other account', async () => {
      const { email } = await signedUp();
      for (let attempt = 2; attempt <= 5; attempt += 1) expect((await login(email, 'Wrong-1')).status).toBe(401);
      const sixth = await login(email);
      expect([sixth.status, sixth.body]).toMatchObject([
        429,
        { error: { code: 'rate_limited', type: 'rate_limit_error' } },
      ]);
      expect(Number(sixth.headers.get('retry-after'))).toBeGreaterThan(890);
      expect(Number(sixth.headers.get('retry-after'))).toBeLessThanOrEqual(900);
      expect((await login('somebody-else@example.com')).status).toBe(401);
    });
  });

  describe('sessions', () => {
    it('A-10 end at once when people sign out, and others go on', async () => {
      const { email, token, refreshToken } = await signedUp();
      const other = (await login(email)).body.data.accessToken;
      expect((await me(token)).status).toBe(200);
      const answer = await t.http.bearer(token).post('/api/auth/logout');
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(cookieOf(answer, COOKIE)?.value).toBe('');
      expect((await me(token)).status).toBe(401);
      expect((await refresh(refreshToken)).status).toBe(401);
      expect((await me(other)).status).toBe(200);
      expect(await audited('SIGNED_OUT', String(claimsOf(token)['sid']))).toHaveLength(1);
    });

    it('A-10 end on other replicas within five seconds', async () => {
      const { token } = await signedUp();
      const replica = await createApp({ databaseUrl: t.databaseUrl, environment: { JWT_SECRET } });
      try {
        expect((await me(token, replica.http)).status).toBe(200);
        await t.http.bearer(token).post('/api/auth/logout');
        const deadline = performance.now() + 6_000;
        let status = 200;
        while (status === 200 && performance.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          status = (await me(token, replica.http)).status;
        }
        expect(status).toBe(401);
      } finally {
        await replica.close();
      }
    });

    it('say that there is no cookie to go on with', async () => {
      const { status, body } = await t.http.post('/api/auth/refresh');
      expect([status, body]).toMatchObject([
        401,
        { error: { code: 'session_ended', message: 'This request has no refresh cookie. Sign in first.' } },
      ]);
    });

    it('A-10 want a token to be ended', async () => {
      expect((await t.http.post('/api/auth/logout')).status).toBe(401);
    });

    it('A-09 go on with a new pair of tokens', async () => {
      const { token, refreshToken } = await signedUp();
      const answer = await refresh(refreshToken);
      expect(answer.status).toBe(200);
      expect((await me(answer.body.data.accessToken)).status).toBe(200);
      expect(claimsOf(answer.body.data.accessToken)['sid']).toBe(claimsOf(token)['sid']);
      expect(refreshTokenOf(answer)).not.toBe(refreshToken);
      expect((await refresh(refreshTokenOf(answer))).status).toBe(200);
    });

    it('A-09 end when any earlier refresh token comes back, however old', async () => {
      const { refreshToken, token } = await signedUp();
      const second = await refresh(refreshToken);
      const third = await refresh(refreshTokenOf(second));
      const replay = await refresh(refreshToken);
      expect([replay.status, replay.body]).toMatchObject([401, { error: { code: 'session_ended' } }]);
      expect((await refresh(refreshTokenOf(third))).status).toBe(401);
      expect((await me(third.body.data.accessToken)).status).toBe(401);
      const rows = await audited('REFRESH_REPLAYED', String(claimsOf(token)['sid']));
      expect(rows).toMatchObject([{ success: false }]);
    });

    it('let one of two simultaneous refreshes through and see the other as a replay', async () => {
      const { refreshToken } = await signedUp();
      const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    });

    it('are not ended by who merely knows their id', async () => {
      const { token, refreshToken } = await signedUp();
      const [sid = '', seal = '', random = ''] = refreshToken.split('.');
      const otherSeal = Buffer.from(Buffer.from(seal, 'base64url').toReversed()).toString('base64url');
      for (const forged of [`${sid}..${random}`, `${sid}.${otherSeal}.${random}`, sid, 'x', '']) {
        expect((await refresh(forged)).status).toBe(401);
      }
      expect((await me(token)).status).toBe(200);
      expect((await refresh(refreshToken)).status).toBe(200);
    });

    it('run out after 30 days without use, and their rows are removed', async () => {
      const own = await createApp({ environment: { JWT_SECRET } });
      try {
        const user = await givenUser(own);
        const answer = await login(user.email, user.password, own.http);
        own.clock.advance({ days: 29 });
        const cookie = (token: string) => ({
          headers: { cookie: `${COOKIE}=${token}`, 'x-csrf-token': csrfOf(token) },
        });
        const again = await own.http.post('/api/auth/refresh', undefined, cookie(refreshTokenOf(answer)));
        expect(again.status).toBe(200);
        own.clock.advance({ days: 29 });
        const third = await own.http.post('/api/auth/refresh', undefined, cookie(refreshTokenOf(again)));
        expect(third.status).toBe(200);
        own.clock.advance({ days: 31 });
        const late = await own.http.post('/api/auth/refresh', undefined, cookie(refreshTokenOf(third)));
        expect([late.status, late.body]).toMatchObject([401, { error: { code: 'session_expired' } }]);
        const job = declaredJobs().find(({ name }) => name === 'remove-expired-sessions');
        expect(job && (await own.app.get(JobRunner).run(job))).toBe(true);
        expect((await own.db.query('SELECT 1 FROM sessions')).rows).toEqual([]);
      } finally {
        await own.close();
      }
    });

    it('outlive no access token', async () => {
      const own = await createApp({ environment: { JWT_SECRET } });
      try {
        const user = await givenUser(own);
        own.clock.advance({ seconds: 890 });
        expect((await user.http.get('/api/v1/auth/me')).status).toBe(200);
        own.clock.advance({ seconds: 20 });
        expect((await user.http.get('/api/v1/auth/me')).status).toBe(401);
      } finally {
        await own.close();
      }
    });

    it('are renewed for pages of our own and of allowed origins only', async () => {
      let { refreshToken } = await signedUp();
      const { host } = new URL(t.url);
      for (const origin of [
        'https://evil.example',
        'null',
        `http://${host}.evil.example`,
        'https://console.example.evil',
      ]) {
        const { status, body } = await refresh(refreshToken, { origin });
        expect([origin, status, body]).toMatchObject([origin, 403, { error: { code: 'origin_not_allowed' } }]);
      }
      for (const origin of ['https://console.example', `http://${host}`]) {
        const answer = await refresh(refreshToken, { origin });
        expect([origin, answer.status]).toEqual([origin, 200]);
        refreshToken = refreshTokenOf(answer);
      }
    });
  });

  describe('access tokens', () => {
    const forge =
      (change: (token: SignJWT) => SignJWT, sign: () => { kid: string; key: KeyObject; typ?: string } = () => ours()) =>
      async (token: string) => {
        const { sub, sid } = claimsOf(token);
        const now = Math.floor(Date.now() / 1_000);
        const { kid, key, typ = 'at+jwt' } = sign();
        const jwt = new SignJWT({ sid })
          .setProtectedHeader({ alg: 'EdDSA', typ, kid })
          .setSubject(String(sub))
          .setIssuer('sluice')
          .setAudience('control-plane')
          .setIssuedAt(now)
          .setExpirationTime(now + 900);
        return change(jwt).sign(key);
      };
    const ours = () => t.app.get(SigningKeys, { strict: false }).current();
    const foreign = generateKeyPairSync('ed25519').privateKey;
    const unsigned = (token: string) =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${token.split('.')[1] ?? ''}.`;
    const past = () => Math.floor(Date.now() / 1_000) - 1;

    it.each<[string, number, (token: string) => string | Promise<string>]>([
      ['made in the same way', 200, forge((jwt) => jwt)],
      [
        'signed with another key',
        401,
        forge(
          (jwt) => jwt,
          () => ({ kid: ours().kid, key: foreign }),
        ),
      ],
      [
        'that names another key',
        401,
        forge(
          (jwt) => jwt,
          () => ({ kid: 'ffffffffffffffff', key: foreign }),
        ),
      ],
      [
        'of another kind',
        401,
        forge(
          (jwt) => jwt,
          () => ({ ...ours(), typ: 'JWT' }),
        ),
      ],
      ['for another audience', 401, forge((jwt) => jwt.setAudience('gateway'))],
      ['of another issuer', 401, forge((jwt) => jwt.setIssuer('elsewhere'))],
      ['out of date', 401, forge((jwt) => jwt.setExpirationTime(past()))],
      ['of another person', 401, forge((jwt) => jwt.setSubject('00000000-0000-0000-0000-000000000001'))],
      ['that is not signed', 401, unsigned],
      ['cut short', 401, (token) => token.slice(0, -4)],
    ])('one %s gets %i', async (_case, status, change) => {
      const user = await givenUser(t);
      expect((await me(await change(user.token))).status).toBe(status);
    });

    it('are no use without the word Bearer', async () => {
      const user = await givenUser(t);
      const { status } = await t.http.with({ authorization: user.token }).get('/api/v1/auth/me');
      expect(status).toBe(401);
    });
  });
});
