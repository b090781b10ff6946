import { spawnSync } from 'node:child_process';
import { build } from '../support/built.js';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { givenApiKey } from '../support/given/api-keys.js';
import { GIVEN_PASSWORD, givenUser, type GivenUser } from '../support/given/users.js';

interface ErrorBody {
  readonly requestId: string;
}

describe('the logs', () => {
  let t: TestApp;
  let user: GivenUser;
  beforeAll(async () => {
    t = await createApp({ environment: { OPENAI_API_KEY: 'sk-first-of-this-test, provider-key-number-two' } });
    user = await givenUser(t, { role: 'admin' });
  });
  afterAll(() => t.close());

  const written = () => t.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
  const linesOf = (requestId: string) => written().filter((line) => line['requestId'] === requestId);

  it.each([
    ['an answer', '/api/v1/config', 200],
    ['a refusal', '/api/v1/auth/me', 401],
    ['an unknown route', '/nope', 404],
  ])('H-06 have the id of %s', async (_, path, status) => {
    const answer = await t.http.get<ErrorBody>(path);
    expect(answer.status).toBe(status);
    const id = answer.headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    if (status >= 400) expect(answer.body.requestId).toBe(id);
    await eventually(() => expect(linesOf(id)).toMatchObject([{ msg: 'request', status }]));
  });

  it('H-06 take the id that the caller chose', async () => {
    const answer = await t.http.get<ErrorBody>('/nope', { headers: { 'x-request-id': 'my-trace:42' } });
    expect(answer.headers.get('x-request-id')).toBe('my-trace:42');
    expect(answer.body.requestId).toBe('my-trace:42');
    await eventually(() => expect(linesOf('my-trace:42')).toHaveLength(1));
  });

  it.each(['a b', '"}{"level":"fatal', 'x'.repeat(129), '<script>', 'é'])(
    'H-06 do not take %j as an id: a line cannot be forged',
    async (chosen) => {
      const answer = await t.http.get<ErrorBody>('/nope', { headers: { 'x-request-id': chosen } });
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'));
    },
  );

  it('H-06 have one id for everything that a request causes', async () => {
    await t.db.query('ALTER TABLE teams RENAME TO teams_gone');
    try {
      const { body } = await user.http.get<ErrorBody>('/api/v1/teams');
      await eventually(() => expect(linesOf(body.requestId).map(({ level }) => level)).toEqual(['error', 'info']));
    } finally {
      await t.db.query('ALTER TABLE teams_gone RENAME TO teams');
    }
  });

  it('H-07 are one JSON object a line, with time, level and what happened', async () => {
    await t.http.get('/nope');
    expect(t.logs.length).toBeGreaterThan(10);
    for (const line of t.logs) {
      expect(line).toMatch(/^\{.*\}\n$/);
      const { level, time, msg } = JSON.parse(line) as Record<string, unknown>;
      expect({ level, time, msg }).toEqual({
        level: expect.stringMatching(/^(fatal|error|warn|info)$/) as string,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
        msg: expect.any(String) as string,
      });
    }
  });

  it('H-07 hold no credential, whatever a caller sends and wherever', async () => {
    const key = await givenApiKey(t, user, []);
    const secrets = [
      GIVEN_PASSWORD,
      user.token,
      key.key,
      'Wrong-Horse-8-Battery',
      'cookie-value-of-this-test',
      'basic-credential-of-this-test',
      'sk-first-of-this-test',
      'provider-key-number-two',
    ];
    await t.http.post('/api/auth/login', { email: user.email, password: 'Wrong-Horse-8-Battery' });
    await user.http.get('/api/v1/auth/me', { headers: { cookie: 'sluice_refresh=cookie-value-of-this-test' } });
    await user.http.get(`/api/v1/auth/me?access_token=${user.token}&password=${GIVEN_PASSWORD}`);
    await t.http.get('/api/v1/auth/me', { headers: { authorization: 'Basic basic-credential-of-this-test' } });
    await key.http.get('/api/v1/auth/me');
    await key.http.post('/v1/chat/completions', { model: 'none', messages: [{ role: 'user', content: 'hi' }] });
    await t.http.with({ 'x-client-api-key': key.key }).get('/v1/models');
    await t.http.get(`/nope/${key.key}/${user.token}`);
    await t.db.query('ALTER TABLE users RENAME TO users_gone');
    try {
      await t.http.post('/api/auth/login', { email: user.email, password: GIVEN_PASSWORD });
      await user.http.patch('/api/v1/users/me', { name: 'A name' });
    } finally {
      await t.db.query('ALTER TABLE users_gone RENAME TO users');
    }
    await eventually(() => expect(t.logs.some((line) => line.includes('users'))).toBe(true));
    const all = t.logs.join('');
    for (const secret of secrets) expect(all).not.toContain(secret);
    expect(all).not.toMatch(/eyJ[\w-]+\.|\$argon2|sk-sluice-[A-Za-z0-9]/);
    expect(all).not.toContain(t.databaseUrl);
  });
});

describe('the log of a process', () => {
  beforeAll(() => build(), 120_000);

  it.each([
    ['exits', 'process.exit(3)'],
    ['fails', "throw new Error('why')"],
  ])('is written to its last line by one that %s in the same breath', (_, end) => {
    const script = `
      import { inBatches } from '#libs/observability';
      const out = inBatches(process.stdout);
      out.write('first\\n');
      out.write('last\\n');
      ${end};`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: process.cwd(),
      encoding: 'utf8',
    });
    expect(stdout).toBe('first\nlast\n');
  });
});
