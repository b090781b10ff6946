import * as oauth from 'openid-client';
import { createApp, type TestApp } from '../support/app.js';
import { auditedBy } from '../support/audit-trail.js';
import { eventually } from '../support/eventually.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

interface Codes {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}
interface Answer {
  access_token?: string;
  error?: string;
  expires_in?: number;
}
interface Failure {
  error: { code: string };
}

const PUBLIC_URL = 'http://localhost:3000';
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const CLIENT = 'sluice-cli';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the device flow', () => {
  let t: TestApp;
  let other: TestApp;
  let user: GivenUser;
  beforeAll(async () => {
    t = await createApp({ environment: { PUBLIC_URL } });
    other = await createApp({ environment: { PUBLIC_URL }, databaseUrl: t.databaseUrl });
  });
  beforeEach(async () => {
    user = await givenUser(t);
  });
  afterAll(async () => {
    await other.close();
    await t.close();
  });

  const begin = async (app = t): Promise<Codes> =>
    (await app.http.post<Codes>('/api/auth/device/code', { client_id: CLIENT })).body;
  const ask = (code: string, more: object = {}, app = t): Promise<TestResponse<Answer>> =>
    app.http.post<Answer>('/api/auth/device/token', {
      grant_type: GRANT,
      device_code: code,
      client_id: CLIENT,
      ...more,
    });
  const errorOf = async (answer: Promise<TestResponse<Answer>>): Promise<string> => {
    const { status, body } = await answer;
    return `${status} ${body.error ?? ''}`;
  };
  const seen = (code: string, who = user) => who.http.get<{ data: object }>(`/api/v1/auth/device/${code}`);
  const decide = (code: string, approve: boolean, who = user) =>
    who.http.post<Failure>(`/api/v1/auth/device/${code}`, { approve });

  it('lets an ordinary OAuth client in, which any replica may answer', async () => {
    // The house is reached under its public address, behind which two replicas take turns.
    let turn = 0;
    const fetchIt = (url: string, options: object): Promise<Response> => {
      turn += 1;
      return fetch(url.replace(PUBLIC_URL, (turn % 2 === 0 ? t : other).url), options);
    };
    const config = await oauth.discovery(new URL(PUBLIC_URL), CLIENT, undefined, oauth.None(), {
      algorithm: 'oauth2',
      execute: [oauth.allowInsecureRequests],
      [oauth.customFetch]: fetchIt,
    });
    config[oauth.customFetch] = fetchIt;
    const codes = await oauth.initiateDeviceAuthorization(config, {});
    expect(codes.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const tokens = oauth.pollDeviceAuthorizationGrant(config, { ...codes, interval: 1 });
    await eventually(async () => {
      const { rows } = await t.db.query('SELECT 1 FROM device_requests WHERE asked_at IS NOT NULL');
      expect(rows).toHaveLength(1);
    });
    for (const app of [t, other]) app.clock.advance({ seconds: 6 });
    const rows = await auditedBy(t, async () => {
      expect((await decide(codes.user_code, true)).status).toBe(204);
      const { access_token: token, token_type: type } = await tokens;
      expect(type).toBe('bearer');
      for (const app of [t, other]) {
        const me = await app.http.bearer(token).get<{ data: { id: string } }>('/api/v1/auth/me');
        expect([me.status, me.body.data.id]).toEqual([200, user.id]);
      }
    });
    expect(rows.map(({ action }) => action)).toEqual(['DEVICE_APPROVED', 'PERSONAL_TOKEN_ISSUED']);
  });

  it('answers in the forms of RFC 8628, to forms and to JSON, and lets nobody keep it', async () => {
    const code = await t.http.post<Codes>('/api/auth/device/code', `client_id=${CLIENT}&scope=all`, { headers: FORM });
    expect([code.status, code.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(code.body).toMatchObject({ verification_uri: `${PUBLIC_URL}/device`, expires_in: 900, interval: 5 });
    // Behind the #, so that no log on the way gets it; the device code is in no address at all.
    expect(code.body.verification_uri_complete).toBe(`${PUBLIC_URL}/device#${code.body.user_code}`);
    const form = new URLSearchParams({ grant_type: GRANT, device_code: code.body.device_code, client_id: CLIENT });
    const answer = await t.http.post<Answer>('/api/auth/device/token', form.toString(), { headers: FORM });
    expect([answer.status, answer.body.error, answer.headers.get('cache-control')]).toEqual([
      400,
      'authorization_pending',
      'no-store',
    ]);
  });

  it('says what is wrong with a question as RFC 6749 has it', async () => {
    const { device_code: code } = await begin();
    const raw = (body: string) => t.http.post<Answer>('/api/auth/device/token', body, { headers: FORM });
    expect(await errorOf(t.http.post('/api/auth/device/code', {}))).toBe('400 invalid_request');
    expect(await errorOf(t.http.post('/api/auth/device/code', { client_id: 'x'.repeat(101) }))).toBe(
      '400 invalid_request',
    );
    expect(await errorOf(t.http.post('/api/auth/device/token'))).toBe('400 invalid_request');
    expect(await errorOf(ask(code, { grant_type: 'password' }))).toBe('400 unsupported_grant_type');
    expect(await errorOf(ask(code, { client_id: '' }))).toBe('400 invalid_request');
    expect((await raw(`grant_type=${GRANT}&device_code=a&device_code=b&client_id=x`)).status).toBe(400);
    expect(await errorOf(ask(code, { client_id: 'somebody-else' }))).toBe('400 invalid_grant');
    expect(await errorOf(ask('A'.repeat(43)))).toBe('400 invalid_grant');
    expect(await errorOf(ask(`${code}x`))).toBe('400 invalid_grant');
    const elsewhere = await t.http.post('/api/auth/login', 'email=a', { headers: FORM });
    expect(elsewhere.status).toBe(415);
  });

  it('slows down whoever asks too often, by five seconds each time', async () => {
    const { device_code: code } = await begin();
    const pause = async (): Promise<number> =>
      (
        await t.db.query<{ seconds: number }>(
          'SELECT interval_seconds AS seconds FROM device_requests ORDER BY id DESC LIMIT 1',
        )
      ).rows[0]?.seconds ?? 0;
    expect(await errorOf(ask(code))).toBe('400 authorization_pending');
    expect(await errorOf(ask(code))).toBe('400 slow_down');
    expect(await pause()).toBe(10);
    t.clock.advance({ seconds: 6 });
    expect(await errorOf(ask(code))).toBe('400 slow_down');
    expect(await pause()).toBe(15);
    t.clock.advance({ seconds: 15 });
    expect(await errorOf(ask(code))).toBe('400 authorization_pending');
  });

  it('shows a person who asks from where since when, however they type the code', async () => {
    const { user_code: code } = await begin();
    for (const typed of [code, code.toLowerCase(), code.replace('-', ''), ` ${code.replace('-', ' ')} `]) {
      const answer = await seen(encodeURIComponent(typed));
      expect([answer.status, answer.body.data]).toMatchObject([200, { client: CLIENT, ip: '127.0.0.1' }]);
    }
    expect((await t.http.get(`/api/v1/auth/device/${code}`)).status).toBe(401);
  });

  it('lets nobody guess: five codes a minute for each person', async () => {
    const answers: number[] = [];
    for (let n = 0; n < 7; n += 1) answers.push((await seen('BCDF-GHJK')).status);
    expect(answers).toEqual([404, 404, 404, 404, 404, 429, 429]);
  });

  it('takes one decision, and gives out one token, however many ask at once', async () => {
    const { user_code: userCode, device_code: code } = await begin();
    const second = await givenUser(t);
    const decisions = await Promise.all([decide(userCode, true), decide(userCode, true, second)]);
    expect(decisions.map(({ status }) => status).sort((a, b) => a - b)).toEqual([204, 404]);
    expect((await seen(userCode)).status).toBe(404);
    const answers = await Promise.all([t, other, t, other].map((app) => ask(code, {}, app)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 400, 400, 400]);
    expect(await errorOf(ask(code))).toBe('400 invalid_grant');
  });

  it('ends with a refusal, and with time', async () => {
    const refused = await begin();
    expect((await decide(refused.user_code, false)).status).toBe(204);
    expect(await errorOf(ask(refused.device_code))).toBe('400 access_denied');
    expect((await decide(refused.user_code, true)).status).toBe(404);

    const late = await begin();
    t.clock.advance({ minutes: 15 });
    expect(await errorOf(ask(late.device_code))).toBe('400 expired_token');
    const again = await givenUser(t);
    expect((await seen(late.user_code, again)).status).toBe(404);
  });

  it('gives nothing to a device whose owner was shut out after they agreed', async () => {
    const { user_code: userCode, device_code: code } = await begin();
    expect((await decide(userCode, true)).status).toBe(204);
    await t.db.query("UPDATE users SET status = 'inactive' WHERE id = $1", [user.id]);
    expect(await errorOf(ask(code))).toBe('400 access_denied');
  });

  it('takes back what was agreed to with all else that lets its owner in', async () => {
    const { user_code: userCode, device_code: code } = await begin();
    expect((await decide(userCode, true)).status).toBe(204);
    const change = { currentPassword: user.password, newPassword: 'Staple-Horse-8-Battery' };
    expect((await user.http.post('/api/auth/password-change', change)).status).toBe(200);
    expect(await errorOf(ask(code))).toBe('400 invalid_grant');
  });

  it('asks for a fresh proof, as a token that one makes oneself does', async () => {
    const { user_code: code } = await begin();
    await t.db.query("UPDATE sessions SET authenticated_at = authenticated_at - interval '1 day' WHERE user_id = $1", [
      user.id,
    ]);
    const answer = await decide(code, true);
    expect([answer.status, answer.body.error.code]).toEqual([403, 'recent_auth_required']);
  });

  it('is decided by people with a session: a token cannot make a token', async () => {
    const { user_code: first, device_code: code } = await begin();
    await decide(first, true);
    const token = (await ask(code)).body.access_token ?? '';
    const { user_code: second } = await begin();
    const answer = await t.http.bearer(token).post<Failure>(`/api/v1/auth/device/${second}`, { approve: true });
    expect([answer.status, answer.body.error.code]).toEqual([403, 'session_required']);
  });

  it('keeps neither code, and tells no log of the device code', async () => {
    const { user_code: userCode, device_code: code } = await begin();
    await ask(code);
    await seen(userCode);
    const { rows } = await t.db.query<{ text: string }>('SELECT d::text AS text FROM device_requests d');
    const dump = rows.map(({ text }) => text).join('\n') + t.logs.join('\n');
    const letters = userCode.replace('-', '');
    for (const secret of [
      code,
      Buffer.from(code).toString('hex'),
      userCode,
      letters,
      Buffer.from(letters).toString('hex'),
    ]) {
      expect(dump).not.toContain(secret);
    }
  });
});
