import { request as httpRequest } from 'node:http';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp, TestResponse } from '../support/http.js';

const MODELS = ['m1', 'm2'];
const chat = (more: object = {}): object => ({ model: 'm1', messages: [{ role: 'user', content: 'Hello' }], ...more });
const used = (total: number) => ({
  usage: { prompt_tokens: total - 1, completion_tokens: 1, total_tokens: total },
});

interface OpenStream {
  hangUp(): void;
  readonly ended: Promise<void>;
}

describe('limits of calls', () => {
  let t: TestApp;
  let second: TestApp;
  let up: FakeUpstream;
  let admin: GivenUser;
  let user: GivenUser;

  beforeAll(async () => {
    up = (await FakeUpstream.start()).models(MODELS);
    const environment = { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream', PARALLEL_CALLS_PER_USER: '2' };
    t = await createApp({ environment });
    second = await createApp({ environment, databaseUrl: t.databaseUrl });
    admin = await givenUser(t, { role: 'admin' });
  });
  beforeEach(async () => {
    up.reset();
    user = await givenUser(t);
    for (const id of MODELS) await givenSubscription(t, user, id);
  });
  afterAll(async () => {
    await second.close();
    await t.close();
    await up.stop();
  });

  const keyWith = async (terms: object, at = t): Promise<{ id: string; http: TestHttp; key: string }> => {
    const { status, body, text } = await user.http.post<{ data: { id: string; key: string } }>('/api/v1/api-keys', {
      name: 'limited',
      modelIds: MODELS,
      ...terms,
    });
    if (status !== 201) throw new Error(`${status} ${text}`);
    return { id: body.data.id, key: body.data.key, http: at.http.bearer(body.data.key) };
  };
  const call = (http: TestHttp, more: object = {}): Promise<TestResponse> =>
    http.post('/v1/chat/completions', chat(more));
  const tooFast = (answer: TestResponse, code: string): void => {
    expect([answer.status, answer.body]).toMatchObject([429, { error: { code, type: 'rate_limit_error' } }]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  };
  /** A stream that has begun and goes on until it is told to; ends or hangs up. */
  const openStream = async (key: string): Promise<OpenStream> => {
    up.next({ pauseAfterChunks: 1 });
    const request = httpRequest(`${t.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });
    request.on('error', () => undefined);
    request.end(JSON.stringify(chat({ stream: true })));
    return new Promise((resolve, reject) => {
      request.once('response', (response) => {
        response.on('error', () => undefined);
        const ended = new Promise<void>((done) => response.once('close', done));
        response.once('data', () => resolve({ hangUp: () => request.destroy(), ended }));
      });
      request.once('close', () => reject(new Error('no answer')));
    });
  };

  it('AK-11 refuses the third call in a minute of a key with two, with the headers about it', async () => {
    const { http } = await keyWith({ rpmLimit: 2 });
    expect((await call(http)).status).toBe(200);
    expect((await call(http)).status).toBe(200);
    const refused = await call(http);
    tooFast(refused, 'rate_limit_exceeded');
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': refused.headers.get('retry-after'),
      'ratelimit-policy': '"requests";q=2;w=60',
    });
    expect(up.requests).toHaveLength(2);
  });

  it('AK-11 refuses calls once the tokens of the minute are used, by what was used and not by what was guessed', async () => {
    const { http } = await keyWith({ tpmLimit: 100 });
    for (const tokens of [30, 40, 50]) {
      up.next(used(tokens));
      expect((await call(http, { max_tokens: 4_000 })).status).toBe(200);
    }
    tooFast(await call(http), 'token_limit_exceeded');
  });

  it('AK-12 limits a model by itself', async () => {
    const { http } = await keyWith({ modelRpmLimit: { m1: 1 }, modelTpmLimit: { m2: 10 } });
    expect((await call(http)).status).toBe(200);
    tooFast(await call(http), 'rate_limit_exceeded');
    up.next(used(10));
    expect((await call(http, { model: 'm2' })).status).toBe(200);
    tooFast(await call(http, { model: 'm2' }), 'token_limit_exceeded');
  });

  it('G-15 says on every answer how many calls are left, streams included', async () => {
    const { http } = await keyWith({ rpmLimit: 10 });
    const answers = [await call(http), await call(http, { stream: true }), await call(http)];
    expect(answers.map(({ status, headers }) => [status, headers.get('x-ratelimit-remaining')])).toEqual([
      [200, '9'],
      [200, '8'],
      [200, '7'],
    ]);
    for (const { headers } of answers) {
      expect(headers.get('x-ratelimit-limit')).toBe('10');
      expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(0);
      expect(headers.get('ratelimit')).toMatch(/^"requests";r=\d;t=\d+$/);
    }
    const free = await call((await keyWith({})).http);
    expect(Number(free.headers.get('x-ratelimit-remaining'))).toBeGreaterThan(0);
  });

  it('G-16 counts over two instances that share PostgreSQL alone, and refuses with the error of OpenAI error and Retry-After', async () => {
    const { http, key } = await keyWith({ rpmLimit: 6, tpmLimit: 1_000 });
    const other = second.http.bearer(key);
    const statuses: number[] = [];
    for (let i = 0; i < 8; i += 1) statuses.push((await call(i % 2 === 0 ? http : other)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
    for (const refused of [await call(http), await call(other)]) tooFast(refused, 'rate_limit_exceeded');
    expect(up.calls).toHaveLength(6);
  });

  it('T-12 limits the calls of all keys of a team together, and of a person over all keys', async () => {
    const team = await admin.http.post<{ data: { id: string } }>('/api/v1/teams', {
      slug: `limited-${user.id.slice(-8)}`,
      name: 'Limited',
      rpmLimit: 2,
    });
    await t.db.query("INSERT INTO team_members (team_id, user_id, role) VALUES ($1, $2, 'member')", [
      team.body.data.id,
      user.id,
    ]);
    const keys = [await keyWith({ teamId: team.body.data.id }), await keyWith({ teamId: team.body.data.id })];
    for (const { http } of keys) expect((await call(http)).status).toBe(200);
    tooFast(await call((keys[0] as (typeof keys)[0]).http), 'rate_limit_exceeded');
    const alone = await keyWith({});
    expect((await call(alone.http)).status).toBe(200);

    await admin.http.patch(`/api/v1/admin/users/${user.id}/budget-limits`, { rpmLimit: 1 });
    expect((await call(alone.http)).status).toBe(200);
    tooFast(await call((await keyWith({})).http), 'rate_limit_exceeded');
    await admin.http.patch(`/api/v1/admin/users/${user.id}/budget-limits`, { rpmLimit: null });
    expect((await call(alone.http)).status).toBe(200);
  });

  it('AK-15 lets so many calls run at a time, and counts down after a finish and after an abort', async () => {
    const { http, key } = await keyWith({ maxParallelRequests: 1 });
    const finishing = await openStream(key);
    tooFast(await call(http), 'concurrent_limit_exceeded');
    up.release();
    await finishing.ended;
    expect((await call(http)).status).toBe(200);
    const aborted = await openStream(key);
    tooFast(await call(http), 'concurrent_limit_exceeded');
    aborted.hangUp();
    await eventually(async () => expect((await call(http)).status).toBe(200));
  });

  it('G-22 lets two calls of a person run, whichever keys make them, and frees them after finish, error and abort', async () => {
    const keys = [await keyWith({}), await keyWith({}), await keyWith({})] as const;
    const [first, aborted] = [await openStream(keys[0].key), await openStream(keys[1].key)];
    tooFast(await call(keys[2].http), 'concurrent_limit_exceeded');
    aborted.hangUp();
    await eventually(async () => expect((await call(keys[2].http)).status).toBe(200));
    for (let i = 0; i < 3; i += 1) {
      up.nextError(400);
      expect((await call(keys[2].http)).status).toBe(400);
    }
    expect((await keys[2].http.post('/v1/chat/completions', chat({ model: 'unknown' }))).status).toBe(403);
    up.release();
    await first.ended;
    const both = [await openStream(keys[0].key), await openStream(keys[0].key)];
    tooFast(await call(keys[2].http), 'concurrent_limit_exceeded');
    up.release();
    await Promise.all(both.map(({ ended }) => ended));
  });

  it('a call that money refuses counts against no limit', async () => {
    const { http } = await keyWith({ rpmLimit: 1, maxParallelRequests: 1, maxBudget: '0', tpmLimit: 10 });
    for (let i = 0; i < 3; i += 1) expect((await call(http)).status).toBe(402);
  });

  it('H-13 goes on while Redis is away, with a warning metric', async () => {
    const other = await createApp({
      environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: 'sk-upstream', REDIS_URL: 'redis://127.0.0.1:1' },
      databaseUrl: t.databaseUrl,
    });
    try {
      const { http } = await keyWith({ rpmLimit: 3 }, other);
      for (let i = 0; i < 3; i += 1) expect((await call(http)).status).toBe(200);
      tooFast(await call(http), 'rate_limit_exceeded');
      const { text } = await other.http.get('/metrics');
      expect(text).toMatch(/rate_store_failures_total\{store="redis"\} [1-9]/);
    } finally {
      await other.close();
    }
  });
});
