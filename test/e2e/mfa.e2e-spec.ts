import { createApp, type TestApp } from '../support/app.js';
import { auditRows } from '../support/audit-trail.js';
import { cookieOf } from '../support/cookies.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { codeAt, givenAuthenticator, wrongCode } from '../support/given/second-factors.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';

const JWT_SECRET = 'q8Zr2vK6xT1mW9bN4cL7yH3pD5sF0gJa';
const NOTICED_WITHIN_MS = 1_000;

interface SignIn {
  data: { accessToken?: string; mfaRequired?: boolean; challengeToken?: string; methods?: string[] };
}

describe('second factors', () => {
  let t: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    const environment = {
      JWT_SECRET,
      AUTH_RATE_MAX: '1000',
      AUTH_ACCOUNT_RATE_MAX: '1000',
      RECENT_AUTH_SECONDS: '600',
      MAX_SESSIONS_PER_USER: '100',
    };
    t = await createApp({ environment });
    other = await createApp({ databaseUrl: t.databaseUrl, environment: { ...environment, RUN_JOBS: 'false' } });
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const login = ({ email, password }: GivenUser, http = t.http) =>
    http.post<SignIn>('/api/auth/login', { email, password });
  const challenge = async (user: GivenUser): Promise<string> => (await login(user)).body.data.challengeToken ?? '';
  const verify = (challengeToken: string, code: string, http = t.http) =>
    http.post<SignIn>('/api/auth/mfa/verify', { challengeToken, code });
  const me = (token = '', http = t.http) => http.bearer(token).get('/api/v1/auth/me');
  const codeOf = ({ body }: { body: unknown }) => (body as { error: { code: string } }).error.code;
  const status = async (user: GivenUser) =>
    (await user.http.get<{ data: Record<string, unknown> }>('/api/auth/mfa/status')).body.data;

  describe('are set up', () => {
    it('A-21 with a secret, a code of it and the password, for ten backup codes', async () => {
      const user = await givenUser(t);
      const { status: begun, body } = await user.http.post<{ data: { secret: string; otpauthUrl: string } }>(
        '/api/auth/mfa/setup',
      );
      expect(begun).toBe(200);
      const { secret, otpauthUrl } = body.data;
      expect(secret).toMatch(/^[A-Z2-7]{32}$/);
      expect(otpauthUrl).toBe(`otpauth://totp/Sluice:${encodeURIComponent(user.email)}?secret=${secret}&issuer=Sluice`);
      const enable = (given: object) =>
        user.http.post<{ data: { backupCodes: string[] } }>('/api/auth/mfa/enable', given);
      const code = codeAt(t, secret);
      const refused = [
        [{ code }, 'password_required'],
        [{ password: 'Wrong-Password-1', code }, 'wrong_password'],
        [{ password: user.password, code: wrongCode(t, secret) }, 'wrong_code'],
        [{ password: user.password }, 'validation_failed'],
      ] as const;
      for (const [given, reason] of refused) {
        const answer = await enable(given);
        expect([answer.status, codeOf(answer)]).toEqual([400, reason]);
      }
      expect(await status(user)).toMatchObject({ enabled: false, methods: [], backupCodesLeft: 0 });
      const enabled = await enable({ password: user.password, code });
      expect(enabled.status).toBe(200);
      expect(new Set(enabled.body.data.backupCodes).size).toBe(10);
      expect(await status(user)).toMatchObject({
        enabled: true,
        methods: ['totp', 'backup-code'],
        backupCodesLeft: 10,
        totpLastUsedAt: null,
      });
    });

    it('A-21 once: while they are on, another set-up changes nothing', async () => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const again = await user.http.post('/api/auth/mfa/setup');
      expect([again.status, codeOf(again)]).toEqual([400, 'mfa_already_on']);
      const enable = await user.http.post('/api/auth/mfa/enable', { password: user.password, code: '123456' });
      expect([enable.status, codeOf(enable)]).toEqual([400, 'mfa_already_on']);
      expect((await verify(await challenge(user), freshCode())).status).toBe(200);
    });

    it('A-21 keeps the secret sealed, and out of the log and the audit trail', async () => {
      const user = await givenUser(t);
      const { secret, backupCodes } = await givenAuthenticator(t, user);
      const { rows } = await t.db.query<{ text: string }>(
        `SELECT to_jsonb(f)::text || encode(f.sealed_secret, 'escape') AS text FROM totp_factors f WHERE user_id = $1`,
        [user.id],
      );
      expect(rows).toHaveLength(1);
      const everywhere = JSON.stringify(rows) + t.logs.join('') + JSON.stringify(await auditRows(t));
      for (const text of [secret, ...backupCodes]) expect(everywhere).not.toContain(text);
      expect(
        (await auditRows(t)).filter(({ resource_id }) => resource_id === user.id).map(({ action }) => action),
      ).toEqual(expect.arrayContaining(['MFA_SETUP_BEGUN', 'MFA_ENABLED']));
    });

    it('A-21 end other sessions that were opened without', async () => {
      const user = await givenUser(t);
      const before = (await login(user)).body.data.accessToken;
      expect((await me(before)).status).toBe(200);
      await givenAuthenticator(t, user);
      expect((await me(before)).status).toBe(401);
      expect((await me(user.token)).status).toBe(200);
    });
  });

  describe('complete a sign-in', () => {
    it('A-22 on whatever replica: a challenge, and a session for a code', async () => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const first = await login(user);
      expect(first.status).toBe(200);
      expect(first.body.data).toMatchObject({ mfaRequired: true, methods: ['totp', 'backup-code'] });
      expect(first.body.data).not.toHaveProperty('accessToken');
      const token = first.body.data.challengeToken ?? '';
      expect((await me(token)).status).toBe(401);
      const code = freshCode();
      other.clock.advance({ ms: t.clock.now() - other.clock.now() });
      const second = await verify(token, code, other.http);
      expect(second.status).toBe(200);
      expect(cookieOf(second, 'sluice_refresh')?.value).toEqual(expect.any(String));
      expect((await me(second.body.data.accessToken)).status).toBe(200);
      const { rows } = await t.db.query<{ methods: string[] }>(
        'SELECT methods FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1',
        [user.id],
      );
      expect(rows[0]?.methods).toEqual(['pwd', 'otp']);
      // A challenge opens one session.
      const again = await verify(token, freshCode());
      expect([again.status, codeOf(again)]).toEqual([401, 'challenge_ended']);
    });

    it.each([
      ['no token of ours', 'slc_x', 401],
      ['an access token', undefined, 401],
    ])('A-22 not with %s', async (_what, token, expected) => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const answer = await verify((token ?? user.token).slice(0, 100), freshCode());
      expect([answer.status, codeOf(answer)]).toEqual([expected, 'challenge_ended']);
    });

    it('A-22 within five minutes, and while the account may be used', async () => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const late = await challenge(user);
      t.clock.advance({ minutes: 5, seconds: 1 });
      expect(codeOf(await verify(late, freshCode()))).toBe('challenge_ended');
      const shut = await challenge(user);
      await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [user.id]);
      expect(codeOf(await verify(shut, freshCode()))).toBe('challenge_ended');
    });

    it('A-22 for the person of the challenge alone', async () => {
      const [ada, eve] = [await givenUser(t), await givenUser(t)];
      await givenAuthenticator(t, ada);
      const eves = await givenAuthenticator(t, eve);
      const answer = await verify(await challenge(ada), eves.freshCode());
      expect([answer.status, codeOf(answer)]).toEqual([401, 'second_factor_rejected']);
      expect((await verify(await challenge(ada), eves.backupCodes[0] ?? '')).status).toBe(401);
    });
  });

  describe('cannot be guessed or replayed', () => {
    it('A-23 a code works once, also that of the set-up', async () => {
      const user = await givenUser(t);
      const { used, code, freshCode } = await givenAuthenticator(t, user);
      expect((await verify(await challenge(user), used)).status).toBe(401);
      const next = freshCode();
      expect((await verify(await challenge(user), next)).status).toBe(200);
      const replayed = await verify(await challenge(user), next);
      expect([replayed.status, codeOf(replayed)]).toEqual([401, 'second_factor_rejected']);
      // Nor does an older one that was never used.
      expect((await verify(await challenge(user), code(-1))).status).toBe(401);
    });

    it('A-23 a code is accepted once by two replicas that are asked fifty times at once', async () => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const tokens: string[] = [];
      while (tokens.length < 50) tokens.push(await challenge(user));
      const code = freshCode();
      other.clock.advance({ ms: t.clock.now() - other.clock.now() });
      const answers = await Promise.all(
        tokens.map((token, place) => verify(token, code, place % 2 === 0 ? t.http : other.http)),
      );
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      expect(answers.every((answer) => [200, 401, 423].includes(answer.status))).toBe(true);
    });

    it('A-23 five wrong codes void a challenge, also at once, and the right one comes too late', async () => {
      for (const atOnce of [false, true]) {
        const user = await givenUser(t);
        const { secret, freshCode } = await givenAuthenticator(t, user);
        const token = await challenge(user);
        const wrong = wrongCode(t, secret);
        const tries = Array.from({ length: atOnce ? 30 : 5 }, () => () => verify(token, wrong));
        const answers = atOnce ? await Promise.all(tries.map((go) => go())) : [];
        if (!atOnce) for (const go of tries) answers.push(await go());
        const judged = answers.filter((answer) => codeOf(answer) !== 'challenge_ended');
        expect(judged).toHaveLength(5);
        const tooLate = await verify(token, freshCode());
        expect([tooLate.status, codeOf(tooLate)]).toEqual([401, 'challenge_ended']);
      }
    });

    it('A-23 so many wrong codes lock them for a while, however many challenges there are', async () => {
      const user = await givenUser(t);
      const { secret, freshCode } = await givenAuthenticator(t, user);
      for (let guess = 0; guess < 5; guess += 1) {
        expect((await verify(await challenge(user), wrongCode(t, secret))).status).toBe(401);
      }
      const locked = await verify(await challenge(user), freshCode());
      expect([locked.status, codeOf(locked)]).toEqual([423, 'account_locked']);
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(1_700);
      const admin = await givenUser(t, { role: 'admin' });
      expect((await admin.http.post(`/api/v1/admin/users/${user.id}/unlock`)).status).toBe(200);
      expect((await verify(await challenge(user), freshCode())).status).toBe(200);
    });
  });

  describe('have backup codes', () => {
    it('A-24 that work once, are counted, and are stored as keyed hashes', async () => {
      const user = await givenUser(t);
      const { backupCodes } = await givenAuthenticator(t, user);
      const [first = '', second = ''] = backupCodes;
      expect((await verify(await challenge(user), first)).status).toBe(200);
      expect((await verify(await challenge(user), first)).status).toBe(401);
      expect(await status(user)).toMatchObject({ backupCodesLeft: 9 });
      // As somebody types it who reads it off a sheet.
      const typed = second.replace('-', ' ').toUpperCase().replaceAll('0', 'O').replaceAll('1', 'l');
      expect((await verify(await challenge(user), typed)).status).toBe(200);
      const { rows } = await t.db.query<{ row: string }>(
        'SELECT to_jsonb(c)::text AS row FROM backup_codes c WHERE user_id = $1',
        [user.id],
      );
      expect(rows).toHaveLength(10);
      for (const code of backupCodes) {
        expect(JSON.stringify(rows)).not.toContain(code);
        expect(JSON.stringify(rows)).not.toContain(Buffer.from(code).toString('hex'));
      }
    });

    it('A-24 that one of many callers at once can use', async () => {
      const user = await givenUser(t);
      const { backupCodes } = await givenAuthenticator(t, user);
      const tokens: string[] = [];
      while (tokens.length < 20) tokens.push(await challenge(user));
      const answers = await Promise.all(
        tokens.map((token, place) => verify(token, backupCodes[0] ?? '', place % 2 === 0 ? t.http : other.http)),
      );
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      expect(await status(user)).toMatchObject({ backupCodesLeft: 9 });
    });

    it('A-25 that are made anew for password and code', async () => {
      const user = await givenUser(t);
      const { backupCodes, freshCode } = await givenAuthenticator(t, user);
      const regenerate = (given: object) =>
        user.http.post<{ data: { backupCodes: string[] } }>('/api/auth/mfa/backup-codes/regenerate', given);
      for (const [given, reason] of [
        [{}, 'code_required'],
        [{ password: user.password }, 'code_required'],
        [{ code: freshCode() }, 'password_required'],
        [{ password: 'Wrong-Password-1', code: freshCode() }, 'wrong_password'],
      ] as const) {
        const answer = await regenerate(given);
        expect([answer.status, codeOf(answer)]).toEqual([400, reason]);
      }
      const made = await regenerate({ password: user.password, code: freshCode() });
      expect(made.status).toBe(200);
      expect(new Set([...made.body.data.backupCodes, ...backupCodes]).size).toBe(20);
      expect((await verify(await challenge(user), backupCodes[0] ?? '')).status).toBe(401);
      expect((await verify(await challenge(user), made.body.data.backupCodes[0] ?? '')).status).toBe(200);
    });
  });

  describe('are taken away', () => {
    it('A-26 for password and code, and sign-in asks for none', async () => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const disable = (given: object) => user.http.post('/api/auth/mfa/disable', given);
      for (const [given, reason] of [
        [{ password: user.password }, 'code_required'],
        [{ code: freshCode() }, 'password_required'],
        [{ password: user.password, code: '000000' }, 'wrong_code'],
      ] as const) {
        const answer = await disable(given);
        expect([answer.status, codeOf(answer)]).toEqual([400, reason]);
      }
      expect((await disable({ password: user.password, code: freshCode() })).status).toBe(200);
      expect((await login(user)).body.data).toHaveProperty('accessToken');
      expect(await status(user)).toMatchObject({ enabled: false, backupCodesLeft: 0 });
      const twice = await disable({ password: user.password, code: freshCode() });
      expect([twice.status, codeOf(twice)]).toEqual([400, 'mfa_not_on']);
    });

    it('A-26 ends sessions that they opened within a second on another replica, but for the one that acts', async () => {
      const user = await givenUser(t);
      const { freshCode } = await givenAuthenticator(t, user);
      const { accessToken } = (await verify(await challenge(user), freshCode())).body.data;
      expect((await me(accessToken, other.http)).status).toBe(200);
      const done = await user.http.post('/api/auth/mfa/disable', { password: user.password, code: freshCode() });
      expect(done.status).toBe(200);
      await eventually(async () => expect((await me(accessToken, other.http)).status).toBe(401), NOTICED_WITHIN_MS);
      expect((await me(user.token)).status).toBe(200);
    });
  });

  describe('are demanded of administrators', () => {
    it('A-27 who can reach nothing but their set-up without', async () => {
      const strict = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { JWT_SECRET, REQUIRE_ADMIN_MFA: 'true', RUN_JOBS: 'false' },
      });
      try {
        const admin = await givenUser(strict, { role: 'admin' });
        const user = await givenUser(strict);
        const refused = await admin.http.get('/api/v1/admin/audit');
        expect([refused.status, codeOf(refused)]).toEqual([403, 'mfa_setup_required']);
        expect(codeOf(await admin.http.get('/api/v1/teams'))).toBe('mfa_setup_required');
        for (const path of ['/api/v1/auth/me', '/api/v1/auth/sessions', '/api/auth/mfa/status']) {
          expect((await admin.http.get(path)).status).toBe(200);
        }
        expect((await user.http.get('/api/v1/teams')).status).toBe(200);
        await givenAuthenticator(strict, admin);
        expect((await admin.http.get('/api/v1/admin/audit')).status).toBe(200);
        await strict.db.query('DELETE FROM totp_factors WHERE user_id = $1', [admin.id]);
        await eventually(
          async () => expect(codeOf(await admin.http.get('/api/v1/admin/audit'))).toBe('mfa_setup_required'),
          NOTICED_WITHIN_MS,
        );
      } finally {
        await strict.close();
      }
    });

    it.each([
      ['production', 403],
      ['staging', 200],
    ])('A-27 in %s, where nothing is said: %d', async (profile, expected) => {
      const house = await createApp({
        databaseUrl: t.databaseUrl,
        environment: {
          NODE_ENV: profile,
          JWT_SECRET,
          PUBLIC_URL: 'https://sluice.example',
          PASSWORD_HASH_MEMORY_KIB: '19456',
          RUN_JOBS: 'false',
        },
      });
      try {
        const admin = await givenUser(house, { role: 'admin' });
        expect((await admin.http.get('/api/v1/admin/audit')).status).toBe(expected);
      } finally {
        await house.close();
      }
    });
  });

  describe('step-up', () => {
    async function givenKey(user: GivenUser): Promise<string> {
      const { id } = await givenModel(t);
      await givenSubscription(t, user, id);
      return (await givenApiKey(t, user, [id])).id;
    }

    it('A-37 is asked for before a key changes, once the sign-in is a while ago', async () => {
      const user = await givenUser(t);
      const id = await givenKey(user);
      const rotate = (http = user.http) => http.post(`/api/v1/api-keys/${id}/rotate`);
      expect((await rotate()).status).toBe(200);
      t.clock.advance({ seconds: 601 });
      const refused = await rotate();
      expect([refused.status, codeOf(refused)]).toEqual([403, 'recent_auth_required']);
      const wrong = await user.http.post('/api/auth/reauthenticate', { password: 'Wrong-Password-1' });
      expect([wrong.status, codeOf(wrong)]).toEqual([400, 'wrong_password']);
      expect((await rotate()).status).toBe(403);
      const proof = await user.http.post('/api/auth/reauthenticate', { password: user.password });
      expect([proof.status, proof.body]).toMatchObject([200, { data: { methods: ['pwd'] } }]);
      expect((await rotate()).status).toBe(200);
      const { rows } = await t.db.query("SELECT 1 FROM audit_logs WHERE action = 'REAUTHENTICATED' AND actor_id = $1", [
        user.id,
      ]);
      expect(rows).toHaveLength(1);
    });

    it('A-37 takes both factors of whoever has two', async () => {
      const user = await givenUser(t);
      const id = await givenKey(user);
      const { freshCode } = await givenAuthenticator(t, user);
      const rotate = () => user.http.post(`/api/v1/api-keys/${id}/rotate`);
      t.clock.advance({ seconds: 601 });
      expect((await rotate()).status).toBe(403);
      const half = await user.http.post('/api/auth/reauthenticate', { password: user.password });
      expect([half.status, codeOf(half)]).toEqual([400, 'code_required']);
      expect((await rotate()).status).toBe(403);
      const whole = await user.http.post('/api/auth/reauthenticate', { password: user.password, code: freshCode() });
      expect([whole.status, whole.body]).toMatchObject([200, { data: { methods: ['pwd', 'otp'] } }]);
      expect((await rotate()).status).toBe(200);
    });

    it('A-37 is not had by a fresh proof that is weaker than the person can give', async () => {
      const user = await givenUser(t);
      const id = await givenKey(user);
      await givenAuthenticator(t, user);
      // As after a restore of sessions: fresh, and opened by password alone.
      await t.db.query("UPDATE sessions SET methods = '{pwd}' WHERE user_id = $1 AND ended_at IS NULL", [user.id]);
      await eventually(async () => {
        const refused = await user.http.post(`/api/v1/api-keys/${id}/rotate`);
        expect([refused.status, codeOf(refused)]).toEqual([403, 'recent_auth_required']);
      }, NOTICED_WITHIN_MS);
    });

    it('A-37 is not asked for where the configuration says so', async () => {
      const lax = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { JWT_SECRET, RECENT_AUTH_FOR: 'none', RECENT_AUTH_SECONDS: '600', RUN_JOBS: 'false' },
      });
      try {
        const user = await givenUser(lax);
        const id = await givenKey(user);
        lax.clock.advance({ seconds: 601 });
        expect((await user.http.post(`/api/v1/api-keys/${id}/rotate`)).status).toBe(200);
      } finally {
        await lax.close();
      }
    });
  });
});
