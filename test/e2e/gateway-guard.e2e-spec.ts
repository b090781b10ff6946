import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp } from '../support/http.js';

const UPSTREAM_KEY = 'sk-upstream-0123456789abcdef';
const MEBIBYTE = 1_024 * 1_024;

describe('what the gateway refuses before it asks a provider', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let user: GivenUser;
  let key: GivenApiKey;
  let k: TestHttp;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models(['cheap', 'dear'].map((id) => ({ id, inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 })));
    t = await createApp({
      environment: {
        LITELLM_API_URL: up.url,
        LITELLM_API_KEY: UPSTREAM_KEY,
        GATEWAY_INFLIGHT_BYTES: String(4 * MEBIBYTE),
        GATEWAY_OPEN_CALLS_PER_KEY: '3',
      },
    });
    user = await givenUser(t);
    for (const model of ['cheap', 'dear']) await givenSubscription(t, user, model);
    key = await givenApiKey(t, user, ['cheap']);
    k = key.http;
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  const asked = (): number => up.calls.length;
  const body = (more: string): string => `{"model":"cheap","messages":[{"role":"user","content":"Hi"}]${more}}`;

  it.each([
    ['"models":["dear"]', 'models'],
    ['"fallbacks":["dear"]', 'fallbacks'],
    ['"context_window_fallbacks":[{"cheap":["dear"]}]', 'context_window_fallbacks'],
    ['"ROUTE":"fallback"', 'route'],
    ['"provi\\u0064er":{"order":["x"]}', 'provider'],
    ['"api_base":"http://127.0.0.1"', 'api_base'],
    ['"mock_response":"free"', 'mock_response'],
    ['"litellm_metadata":{"a":1}', 'litellm_metadata'],
    ['"metadata":{"Fallbac\\u006bs":["dear"]}', 'metadata.fallbacks'],
  ])('%s, which would have another model answer than the key allows', async (field, param) => {
    const answer = await k.post('/v1/chat/completions', body(`,${field}`));
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error: { code: 'routing_not_allowed', type: 'invalid_request_error', param } },
    ]);
    expect(asked()).toBe(0);
  });

  it('the same in a form, and in the format of Anthropic', async () => {
    const form = new FormData();
    form.set('model', 'cheap');
    form.set('file', new Blob(['sound']), 'a.mp3');
    form.set('fallbacks[]', 'dear');
    const response = await fetch(`${t.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key.key}` },
      body: form,
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'routing_not_allowed' } }]);
    const message = await k.post('/v1/messages', body(',"max_tokens":5,"fallbacks":["dear"]'));
    expect([message.status, message.text]).toMatchObject([400, expect.stringContaining('fallbacks') as string]);
    expect(asked()).toBe(0);
  });

  it('a service that is priced otherwise', async () => {
    const answer = await k.post('/v1/chat/completions', body(',"service_tier":"priority"'));
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error: { code: 'service_tier_not_allowed', param: 'service_tier' } },
    ]);
    expect((await k.post('/v1/chat/completions', body(',"service_tier":"default"'))).status).toBe(200);
  });

  it('but passes on what chooses nothing', async () => {
    const free = body(',"metadata":{"route":"a","user":"b"},"user":"fallbacks","x":{"models":["dear"]}');
    expect((await k.post('/v1/chat/completions', free)).status).toBe(200);
    expect(up.last.body.toString()).toBe(free);
  });

  it.each([
    ['nested deeper than anybody walks', body(`,"tools":${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
    ['with more values than fit in memory', body(`,"x":[${'[],'.repeat(400_000)}[]]`)],
  ])('a body %s', async (_what, deep) => {
    const answer = await k.post('/v1/chat/completions', deep);
    expect([answer.status, answer.body]).toMatchObject([400, { error: { code: 'model_request_malformed' } }]);
    expect(asked()).toBe(0);
  });

  it('a model outside the key before it parses the body', async () => {
    // A parser would say that this is no JSON.
    const answer = await k.post('/v1/chat/completions', '{"model":"dear","messages":[nonsense]}');
    expect([answer.status, answer.body]).toMatchObject([403, { error: { code: 'model_not_allowed' } }]);
  });

  it('more calls at once than one key may have, while another key is served', async () => {
    const other = await givenApiKey(t, user, ['cheap']);
    up.always({ pauseAfterChunks: 1 });
    const open = Array.from({ length: 3 }, () => k.post('/v1/chat/completions', body(',"stream":true')));
    await eventually(() => expect(asked()).toBe(3));
    const fourth = await k.post('/v1/chat/completions', body(''));
    expect([fourth.status, fourth.body]).toMatchObject([
      429,
      { error: { code: 'too_many_open_calls', type: 'rate_limit_error' } },
    ]);
    expect(fourth.headers.get('retry-after')).toMatch(/^\d+$/);
    up.always({});
    expect((await other.http.post('/v1/chat/completions', body(''))).status).toBe(200);
    up.release();
    for (const answer of await Promise.all(open)) expect(answer.status).toBe(200);
    expect((await k.post('/v1/chat/completions', body(''))).status).toBe(200);
  });

  it('more bytes at once than one key, or the process, may hold', async () => {
    const large = body(`,"user":"${'x'.repeat(0.6 * MEBIBYTE)}"`);
    up.always({ pauseAfterChunks: 1 });
    const open: Promise<{ status: number }>[] = [];
    for (let i = 0; i < 6; i += 1) {
      const { http } = await givenApiKey(t, user, ['cheap']);
      open.push(http.post('/v1/chat/completions', large.replace('}]', '}],"stream":true')));
      if (i > 0) continue;
      await eventually(() => expect(asked()).toBe(1));
      const second = await http.post('/v1/chat/completions', large);
      expect([second.status, second.body]).toMatchObject([429, { error: { code: 'too_many_open_calls' } }]);
    }
    await eventually(() => expect(asked()).toBe(6));
    const refused = await k.post('/v1/chat/completions', large);
    expect([refused.status, refused.body]).toMatchObject([503, { error: { code: 'gateway_overloaded' } }]);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    up.release();
    for (const answer of await Promise.all(open)) expect(answer.status).toBe(200);
  });

  it('a charset that the provider would read otherwise, and names the type itself', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-7' };
    const refused = await k.post('/v1/chat/completions', body(''), { headers });
    expect([refused.status, refused.body]).toMatchObject([415, { error: { code: 'unsupported_media_type' } }]);
    expect(asked()).toBe(0);
    const plain = { 'content-type': 'application/json; charset="UTF-8"; x=y' };
    expect((await k.post('/v1/chat/completions', body(''), { headers: plain })).status).toBe(200);
    expect(up.last.headers['content-type']).toBe('application/json');
  });
});
