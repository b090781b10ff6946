import { connect } from 'node:net';
import { STATUS } from '#libs/http';
import { createApp, type TestApp } from '../support/app.js';
import { offencesAgainstErrorSchema } from '../support/error-schema.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestResponse } from '../support/http.js';

interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string; readonly type: string };
  readonly requestId: string;
}

describe('errors', () => {
  let t: TestApp;
  let user: GivenUser;
  beforeAll(async () => {
    t = await createApp({ environment: { BODY_LIMIT_BYTES: '65536', DATABASE_STATEMENT_TIMEOUT_MS: '500' } });
    user = await givenUser(t, { role: 'admin' });
  });
  afterAll(() => t.close());

  /** What every error must be, whatever went wrong. */
  function expectEnvelope(answer: TestResponse<ErrorBody>, status: number, code: string): void {
    const { body, headers } = answer;
    expect({ status: answer.status, code: body.error.code }).toEqual({ status, code });
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(offencesAgainstErrorSchema(t, body)).toEqual([]);
    expect(Object.values(STATUS).map(([known, type]) => `${known} ${type}`)).toContain(`${status} ${body.error.type}`);
    expect(body.requestId).toBe(headers.get('x-request-id'));
    expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules|SELECT|relation "|QueryFailed/);
  }

  const login = (body: unknown, headers: Record<string, string> = {}) =>
    t.http.post<ErrorBody>('/api/auth/login', body, { headers });

  it.each([
    ['a body that is no JSON', 'malformed_json', () => login('{"email":')],
    ['no body', 'validation_failed', () => login(undefined)],
    ['an empty body', 'validation_failed', () => login('')],
    ['a body that is no object', 'validation_failed', () => login([1])],
    ['a body of null', 'validation_failed', () => login('null')],
    ['a wrong body', 'validation_failed', () => login({})],
    ['an id that is none', 'validation_failed', () => user.http.get<ErrorBody>('/api/v1/teams/none')],
    ['a path that cannot be decoded', 'bad_request', () => t.http.get<ErrorBody>('/api/v1/%E0%A4%A')],
  ])('H-18 400 after %s', async (_, code, send) => {
    expectEnvelope(await send(), 400, code);
  });

  it('H-18 415 after another media type', async () => {
    const answer = await login('a=b', { 'content-type': 'application/x-www-form-urlencoded' });
    expectEnvelope(answer, 415, 'unsupported_media_type');
  });

  it('H-18 401 without a valid credential, saying how to send one', async () => {
    const answer = await t.http.get<ErrorBody>('/api/v1/auth/me');
    expectEnvelope(answer, 401, 'unauthorized');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expectEnvelope(await login({ email: user.email, password: 'Wrong-Horse-8-Battery' }), 401, 'invalid_credentials');
  });

  it('H-18 400 for two credentials of one kind, whichever of them is valid', async () => {
    const socket = connect(Number(new URL(t.url).port), '127.0.0.1');
    socket.end(
      'GET /api/v1/auth/me HTTP/1.1\r\nhost: sluice\r\nconnection: close\r\n' +
        `authorization: Bearer ${user.token}\r\nAuthorization: Bearer other\r\n\r\n`,
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*bad_request/);
  });

  it('H-18 403 without the permission', async () => {
    const somebody = await givenUser(t);
    expectEnvelope(await somebody.http.get<ErrorBody>('/api/v1/admin/audit'), 403, 'permission_denied');
  });

  it('H-18 404 for an unknown route and for an unknown resource', async () => {
    expectEnvelope(await t.http.get<ErrorBody>('/nope'), 404, 'route_not_found');
    expectEnvelope(await t.http.delete<ErrorBody>('/api/v1/config'), 404, 'route_not_found');
    const absent = '/api/v1/teams/0190b5c2-6f2e-7c3a-9a41-2f8f5f0e7a11';
    expectEnvelope(await user.http.get<ErrorBody>(absent), 404, 'team_not_found');
  });

  it('H-18 409 for what is taken', async () => {
    const account = { email: user.email, name: 'Ada', password: 'Correct-Horse-7-Battery' };
    expectEnvelope(await t.http.post<ErrorBody>('/api/auth/register', account), 409, 'user_email_taken');
  });

  it('H-18 413 for a body over the limit, declared or not', async () => {
    const big = JSON.stringify({ email: 'x'.repeat(100_000), password: 'x' });
    expectEnvelope(await login(big), 413, 'body_too_large');
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(big));
        controller.close();
      },
    });
    const response = await fetch(new URL('/api/auth/login', t.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: stream,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(offencesAgainstErrorSchema(t, await response.json())).toEqual([]);
  });

  it('H-18 429 for too many attempts, with the time to wait', async () => {
    const body = { email: 'nobody@example.com', password: 'Wrong-Horse-8-Battery' };
    let last = await login(body);
    for (let attempt = 0; attempt < 20 && last.status === 401; attempt += 1) last = await login(body);
    expectEnvelope(last, 429, 'rate_limited');
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('H-18 500 shows nothing of the inside, and the log has all of it', async () => {
    await t.db.query('ALTER TABLE teams RENAME TO teams_gone');
    try {
      const answer = await user.http.get<ErrorBody>('/api/v1/teams');
      expectEnvelope(answer, 500, 'internal_error');
      expect(answer.text).not.toMatch(/teams|relation|42P01|Error:/);
      const line = t.logs.find((text) => text.includes(answer.body.requestId) && text.includes('"level":"error"'));
      expect(line).toContain('relation');
      expect(line).toContain('stack');
    } finally {
      await t.db.query('ALTER TABLE teams_gone RENAME TO teams');
    }
    expect((await user.http.get('/api/v1/teams')).status).toBe(200);
  });

  it('H-18 503 for a statement that takes too long', async () => {
    const locker = await t.db.connect();
    await locker.query('BEGIN; LOCK TABLE teams IN ACCESS EXCLUSIVE MODE');
    try {
      const answer = await user.http.get<ErrorBody>('/api/v1/teams');
      expectEnvelope(answer, 503, 'statement_timeout');
      expect(answer.headers.get('retry-after')).toBe('5');
    } finally {
      await locker.query('ROLLBACK');
      locker.release();
    }
  });

  it.each([
    ['bytes that are no HTTP', 'nonsense\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('H-18 has the envelope even after %s', async (_, bytes, status) => {
    const { hostname, port } = new URL(t.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain('x-content-type-options: nosniff');
    expect(offencesAgainstErrorSchema(t, JSON.parse(body))).toEqual([]);
  });
});
