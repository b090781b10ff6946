import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openApiDocument } from '#libs/http';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenPasskey, passkeyOptions } from '../support/given/passkeys.js';
import { givenAuthenticator, type GivenAuthenticator } from '../support/given/second-factors.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';
import { SmtpSink } from '../support/smtp-sink.js';
import { SoftAuthenticator } from '../support/soft-authenticator.js';

const ORIGIN = 'https://sluice.example';
const NEW_PASSWORD = 'Staple-Horse-8-Battery';

interface Answer {
  data: { mfaRequired?: boolean; challengeToken?: string; methods?: string[]; accessToken?: string };
}

/**
 * Every route that may answer with a session or with its cookie, and how it is held to the second factor. A new way of
 * signing in is not here and fails the first test: it needs a line, and a test of that line.
 */
const ROUTES: Readonly<Record<string, string>> = {
  'POST /api/auth/login': 'asks, below',
  'GET /api/auth/mock-login': 'asks, below',
  'POST /api/auth/passkey-login': 'is two factors, below',
  'POST /api/auth/mfa/verify': 'is the answer to the question, in mfa.e2e-spec.ts',
  'POST /api/auth/refresh': 'goes on with what was proved, below',
  'GET /api/auth/callback': 'asks, in oidc.e2e-spec.ts',
  'POST /api/auth/callback': 'asks, by the same code as GET /api/auth/callback',
  'GET /api/auth/callback/{provider}': 'asks, in oidc.e2e-spec.ts',
  'POST /api/auth/callback/{provider}': 'asks, by the same code as GET /api/auth/callback/{provider}',
};

function sourcesOf(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

describe('ways of signing in', () => {
  let t: TestApp;
  let smtp: SmtpSink;

  beforeAll(async () => {
    smtp = await SmtpSink.start();
    t = await createApp({
      environment: {
        PUBLIC_URL: ORIGIN,
        MOCK_AUTH: 'true',
        SMTP_URL: smtp.url,
        MAIL_FROM: 'no-reply@example.com',
        AUTH_RATE_MAX: '1000',
      },
    });
  });
  afterAll(async () => {
    await t.close();
    await smtp.stop();
  });

  const login = ({ email }: Pick<GivenUser, 'email'>, password = GIVEN_PASSWORD) =>
    t.http.post<Answer>('/api/auth/login', { email, password });
  const sessionsOf = async (userId: string) => {
    const { rows } = await t.db.query<{ methods: string[] }>(
      'SELECT methods FROM sessions WHERE user_id = $1 AND ended_at IS NULL',
      [userId],
    );
    return rows.map(({ methods }) => methods);
  };

  async function givenCareful(): Promise<GivenUser & GivenAuthenticator> {
    const user = await givenUser(t);
    return { ...user, ...(await givenAuthenticator(t, user)) };
  }

  async function expectQuestion(answer: TestResponse<Answer>): Promise<void> {
    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.body.data).toMatchObject({ mfaRequired: true, methods: ['totp', 'backup-code'] });
    expect(answer.body.data).not.toHaveProperty('accessToken');
    const { status } = await t.http.bearer(answer.body.data.challengeToken ?? '').get('/api/v1/auth/me');
    expect(status).toBe(401);
  }

  it('A-22 are all known here', () => {
    const opening = Object.entries(openApiDocument(t.app).paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, { responses: Record<string, object> }>)
        .filter(([, { responses }]) => {
          const answers = Object.entries(responses).filter(([status]) => status < '400');
          return path.startsWith('/api/auth/callback') || JSON.stringify(answers).includes('/SessionDto"');
        })
        .map(([verb]) => `${verb.toUpperCase()} ${path}`),
    );
    expect(opening.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  it('A-22 all lead through the gate, which alone opens sessions', () => {
    const sources = sourcesOf(resolve(__dirname, '../../src'));
    const opening = sources.filter(({ text }) => /\b(?:sessions|sessionsService)\.open\(/.test(text));
    const inserting = sources.filter(({ text }) => /INSERT INTO sessions\b|SessionEntity\)\s*\.insert/i.test(text));
    expect(opening.map(({ file }) => file)).toEqual(['auth/sign-in.gate.ts']);
    expect(inserting.map(({ file }) => file)).toEqual([]);
  });

  it('A-22 ask for the second factor after a password', async () => {
    const user = await givenCareful();
    const before = await sessionsOf(user.id);
    await expectQuestion(await login(user));
    expect(await sessionsOf(user.id)).toEqual(before);
  });

  it('A-22 ask for it without a password as well', async () => {
    type Mock = { data: { accessToken: string; user: { id: string; email: string } } };
    const { body } = await t.http.get<Mock>('/api/auth/mock-login?role=user');
    const http = t.http.bearer(body.data.accessToken);
    // It has no password, so a fresh session is enough to set one up.
    await givenAuthenticator(t, { http, password: undefined } as unknown as GivenUser);
    const before = await sessionsOf(body.data.user.id);
    await expectQuestion(await t.http.get<Answer>('/api/auth/mock-login?role=user'));
    expect(await sessionsOf(body.data.user.id)).toEqual(before);
  });

  it('A-22 ask for it after the password was recovered by mail', async () => {
    const user = await givenCareful();
    // Of an account whose address was never verified, a reset takes whatever was set up before.
    await t.db.query('UPDATE users SET email_verified_at = now() WHERE id = $1', [user.id]);
    expect((await t.http.post('/api/auth/password-reset/request', { email: user.email })).status).toBe(202);
    const token = SmtpSink.secretOf(await smtp.next(user.email, '^Choose a new password$'));
    const reset = await t.http.post('/api/auth/password-reset/confirm', { token, newPassword: NEW_PASSWORD });
    expect(reset.status).toBe(200);
    expect(reset.headers.getSetCookie()).toEqual([]);
    expect(await sessionsOf(user.id)).toEqual([]);
    await expectQuestion(await login(user, NEW_PASSWORD));
  });

  it('A-22 need no question where a passkey is both factors', async () => {
    const user = await givenUser(t);
    const { device } = await givenPasskey(user, new SoftAuthenticator(ORIGIN));
    await givenAuthenticator(t, user);
    const credential = device.get(await passkeyOptions(t.http, '/api/auth/passkey-login/options'));
    const answer = await t.http.post<Answer>('/api/auth/passkey-login', { credential });
    expect([answer.status, answer.body.data.mfaRequired]).toEqual([200, undefined]);
    expect(await sessionsOf(user.id)).toContainEqual(['hwk', 'user']);
  });

  it('A-22 leave no session from before that goes on with less', async () => {
    const user = await givenUser(t);
    const cookie = (await login(user)).headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    await givenAuthenticator(t, user);
    const csrf = /sluice_csrf=([^;]+)/.exec(cookie)?.[1] ?? '';
    const refreshed = await t.http.with({ cookie, 'x-csrf-token': csrf }).post('/api/auth/refresh');
    expect([refreshed.status, refreshed.body]).toMatchObject([401, { error: { code: 'session_ended' } }]);
    expect(await sessionsOf(user.id)).toEqual([['pwd', 'otp']]);
  });

  it('A-22 keep a keyed hash of the challenge, and no more', async () => {
    const user = await givenCareful();
    const { challengeToken = '' } = (await login(user)).body.data;
    const { rows } = await t.db.query<{ row: string }>(
      'SELECT to_jsonb(c)::text AS row FROM sign_in_challenges c WHERE user_id = $1',
      [user.id],
    );
    expect(rows).toHaveLength(1);
    const secret = challengeToken.slice(-49);
    for (const text of [secret, Buffer.from(secret).toString('hex')]) expect(JSON.stringify(rows)).not.toContain(text);
    expect(t.logs.join('')).not.toContain(challengeToken);
  });

  it('A-37 is asked of administrators before they give a role or let a directory in', async () => {
    const admin = await givenUser(t, { role: 'admin' });
    const { id } = await givenUser(t);
    await t.db.query("UPDATE sessions SET authenticated_at = authenticated_at - interval '1 hour' WHERE user_id = $1", [
      admin.id,
    ]);
    await eventually(async () => expect((await admin.http.post('/api/v1/auth/passkeys/options')).status).toBe(403));
    const refused = [
      await admin.http.patch(`/api/v1/admin/users/${id}`, { role: 'admin' }),
      await admin.http.post('/api/v1/admin/scim-tokens', { name: 'directory' }),
      await admin.http.post('/api/auth/email-change/request', { email: 'new@example.com', password: GIVEN_PASSWORD }),
    ];
    for (const answer of refused) {
      expect([answer.status, answer.body]).toMatchObject([403, { error: { code: 'recent_auth_required' } }]);
    }
    await admin.http.post('/api/auth/reauthenticate', { password: GIVEN_PASSWORD });
    expect((await admin.http.patch(`/api/v1/admin/users/${id}`, { role: 'admin' })).status).toBe(200);
  });
});
