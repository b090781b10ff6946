import { request as httpRequest } from 'node:http';
import { GatewayService } from '../../src/gateway/gateway.service.js';
import { UsageMeter } from '../../src/usage/usage.meter.js';
import { createApp, type TestApp } from '../support/app.js';
import { eventually } from '../support/eventually.js';
import { FakeUpstream } from '../support/fake-upstream.js';
import { givenApiKey, type GivenApiKey } from '../support/given/api-keys.js';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import { givenUser, type GivenUser } from '../support/given/users.js';
import type { TestHttp } from '../support/http.js';

const UPSTREAM_KEY = 'sk-upstream-0123456789abcdef';
/** 2.5 and 10 USD a million tokens, as pico-dollars a token. */
const INPUT_PRICE = 2_500_000n;
const OUTPUT_PRICE = 10_000_000n;

const chat = (more: object = {}): object => ({ model: 'm1', messages: [{ role: 'user', content: 'Hello' }], ...more });

interface LedgerRow {
  id: string;
  request_id: string;
  status: string;
  http_status: number | null;
  input_tokens: string;
  output_tokens: string;
  tokens_source: string;
  cost: string;
  streamed: boolean;
}

describe('the gateway', () => {
  let t: TestApp;
  let up: FakeUpstream;
  let user: GivenUser;
  let key: GivenApiKey;
  let k: TestHttp;

  beforeAll(async () => {
    up = await FakeUpstream.start();
    up.models(['m1', 'm2', 'm3'].map((id) => ({ id, inputCostPerToken: 0.0000025, outputCostPerToken: 0.00001 })));
    t = await createApp({ environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: UPSTREAM_KEY } });
    user = await givenUser(t);
    for (const model of ['m1', 'm2', 'm3']) await givenSubscription(t, user, model);
    key = await givenApiKey(t, user, ['m1', 'm2']);
    k = key.http;
  });
  beforeEach(() => up.reset());
  afterAll(async () => {
    await t.close();
    await up.stop();
  });

  /** The usage row of a call, as soon as there is one. */
  const rowOf = (requestId: string): Promise<LedgerRow> =>
    eventually(async () => {
      const { rows } = await t.db.query<LedgerRow>('SELECT * FROM usage_events WHERE request_id = $1', [requestId]);
      expect(rows).toHaveLength(1);
      return rows[0] as LedgerRow;
    });

  describe('a call', () => {
    it('G-01 reaches the provider byte for byte, and the answer comes back as it is', async () => {
      const body =
        '{ "messages":[{"role":"user","content":"Grüße \\u00e9"}],\n  "model" : "m1", "x_unknown": {"a":[1,2.50]} }';
      const answer = await k.post('/v1/chat/completions', body);
      expect(answer.status).toBe(200);
      expect(up.last.body.toString()).toBe(body);
      expect(up.last.path).toBe('/v1/chat/completions');
      expect(up.last.headers['authorization']).toBe(`Bearer ${UPSTREAM_KEY}`);
      expect(answer.body).toMatchObject({
        object: 'chat.completion',
        model: 'm1',
        usage: { prompt_tokens: expect.any(Number) as number },
      });
    });

    it('G-01 changes only the name of the model where the provider knows it by another', async () => {
      await givenModel(t, { id: 'ours', upstreamName: 'provider/theirs' });
      await givenSubscription(t, user, 'ours');
      const { http } = await givenApiKey(t, user, ['ours']);
      const body = '{"model":"ours","messages":[{"role":"user","content":"model: ours"}],"user":"ours"}';
      await http.post('/v1/chat/completions', body);
      expect(up.last.body.toString()).toBe(body.replace('"model":"ours"', '"model":"provider/theirs"'));
    });

    it('US-01 leaves one usage row with exactly the tokens and the cost', async () => {
      up.next({ usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 } });
      const answer = await k.post('/v1/chat/completions', chat());
      const row = await rowOf(answer.headers.get('x-request-id') ?? '');
      expect(row).toMatchObject({
        status: 'completed',
        http_status: 200,
        input_tokens: '1000',
        output_tokens: '200',
        tokens_source: 'provider',
      });
      expect(BigInt(row.cost)).toBe(1_000n * INPUT_PRICE + 200n * OUTPUT_PRICE);
      const logs = await user.http.get<{ data: Record<string, unknown>[] }>('/api/v1/usage/logs?limit=1');
      expect(logs.body.data[0]).toMatchObject({
        id: row.id,
        requestId: row.request_id,
        userId: user.id,
        apiKeyId: key.id,
        modelId: 'm1',
        providerKeyId: expect.any(String) as string,
        inputTokens: 1_000,
        outputTokens: 200,
        cachedInputTokens: 0,
        cost: '0.0045',
        status: 'completed',
        latencyMs: expect.any(Number) as number,
      });
    });

    it('has its usage row before its answer', async () => {
      const answer = await k.post('/v1/chat/completions', chat());
      const { rowCount } = await t.db.query('SELECT 1 FROM usage_events WHERE request_id = $1', [
        answer.headers.get('x-request-id'),
      ]);
      expect(rowCount).toBe(1);
    });

    it('G-09 is refused for a model outside the key, and nothing leaves the house', async () => {
      const answer = await k.post('/v1/chat/completions', chat({ model: 'm3' }));
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({
        error: { code: 'model_not_allowed', type: 'permission_error', param: 'model' },
      });
      expect(up.requests).toHaveLength(0);
    });

    it('is refused where the subscription is gone', async () => {
      const other = await givenUser(t);
      const theirs = await givenApiKey(t, other, ['m1']);
      const answer = await theirs.http.post('/v1/chat/completions', chat());
      expect([answer.status, answer.body]).toMatchObject([403, { error: { code: 'subscription_required' } }]);
      expect(up.requests).toHaveLength(0);
    });

    it('AK-08 is refused once the key is revoked; its history remains', async () => {
      const doomed = await givenApiKey(t, user, ['m1']);
      expect((await doomed.http.post('/v1/chat/completions', chat())).status).toBe(200);
      expect((await user.http.delete(`/api/v1/api-keys/${doomed.id}`)).status).toBe(204);
      const refused = await doomed.http.post('/v1/chat/completions', chat());
      expect([refused.status, refused.body]).toMatchObject([401, { error: { code: 'invalid_api_key' } }]);
      const logs = await user.http.get<{ data: unknown[] }>(`/api/v1/usage/logs?apiKeyId=${doomed.id}`);
      expect(logs.body.data).toHaveLength(1);
    });

    it('AK-25 keys open the gateway and nothing else', async () => {
      for (const path of ['/api/v1/auth/me', '/api/v1/api-keys', '/api/v1/usage/logs'])
        expect((await k.get(path)).status).toBe(401);
      expect((await user.http.get('/v1/models')).status).toBe(401);
    });

    it('G-10 keeps credentials and hop-by-hop headers on their own side', async () => {
      up.next({
        headers: {
          'set-cookie': 'a=b',
          'x-api-key': UPSTREAM_KEY,
          authorization: 'Bearer leak',
          server: 'secret',
          'openai-model': 'm1',
        },
      });
      const answer = await k.post('/v1/chat/completions', chat(), {
        headers: {
          cookie: 'session=1',
          'x-client-api-key': key.key,
          'x-api-key': key.key,
          te: 'trailers',
          'x-forwarded-for': '10.0.0.1',
          'openai-organization': 'org',
        },
      });
      expect(answer.status).toBe(200);
      const sent = JSON.stringify(up.last.headers);
      expect(sent).not.toContain(key.key);
      for (const name of ['cookie', 'x-client-api-key', 'x-api-key', 'te', 'x-forwarded-for', 'openai-organization']) {
        expect(up.last.headers).not.toHaveProperty(name);
      }
      const shown = JSON.stringify([...answer.headers]);
      expect(shown).not.toContain(UPSTREAM_KEY);
      for (const name of ['set-cookie', 'x-api-key', 'authorization', 'server'])
        expect(answer.headers.get(name)).toBeNull();
      expect(answer.headers.get('openai-model')).toBe('m1');
    });

    it("G-13 shows the provider's 4xx as it is, and charges nothing", async () => {
      up.next({
        status: 422,
        body: '{"error":{"message":"no such tool","type":"invalid_request_error"}}',
        headers: { 'content-type': 'application/json' },
      });
      const answer = await k.post('/v1/chat/completions', chat());
      expect(answer.status).toBe(422);
      expect(answer.text).toBe('{"error":{"message":"no such tool","type":"invalid_request_error"}}');
      expect(await rowOf(answer.headers.get('x-request-id') ?? '')).toMatchObject({
        status: 'failed',
        http_status: 422,
        cost: '0',
        input_tokens: '0',
      });
    });

    it('G-10 shows no credential that a provider repeats in an error, whole or within a stream', async () => {
      const said = (secret: string): string =>
        `{"error":{"message":"Bad header: Bearer ${secret} – é","type":"invalid_request_error"}}`;
      const json = { 'content-type': 'application/json' };
      for (const status of [400, 200]) {
        up.next({ status, body: said(UPSTREAM_KEY), headers: json });
        const answer = await k.post('/v1/chat/completions', chat());
        expect([answer.status, answer.text]).toEqual([
          status,
          '{"error":{"message":"Bad header: Bearer [redacted] – é","type":"invalid_request_error"}}',
        ]);
      }
      const before =
        'data: {"choices":[{"index":0,"delta":{"content":"Bearer of good news"},"finish_reason":null}]}\n\n';
      up.next({
        headers: { 'content-type': 'text/event-stream' },
        body: [before, `data: ${said(UPSTREAM_KEY).slice(0, 50)}`, `${said(UPSTREAM_KEY).slice(50)}\n\n`],
        chunkDelayMs: 20,
      });
      const stream = await k.post('/v1/chat/completions', chat({ stream: true }));
      expect(stream.text).not.toContain(UPSTREAM_KEY);
      expect(stream.text).toContain(before);
      expect(stream.text).toContain('"message":"Bad header: Bearer [redacted] – é"');
      // The caller speaks another format than the provider.
      up.next({ status: 400, body: said(UPSTREAM_KEY), headers: json });
      const message = await k.post('/v1/messages', chat({ max_tokens: 5 }));
      expect([message.status, message.text]).toEqual([400, expect.stringContaining('Bad header: Bearer [redacted]')]);
    });

    it.each([
      [401, 502, 'upstream_credentials_refused'],
      [500, 502, 'upstream_failed'],
    ])('turns a %i of the provider into %i and hides what it said', async (status, shown, code) => {
      up.next({ status, body: `{"error":{"message":"Incorrect API key provided: ${UPSTREAM_KEY}"}}` });
      const answer = await k.post('/v1/chat/completions', chat());
      expect([answer.status, answer.body]).toMatchObject([shown, { error: { code, type: 'api_error' } }]);
      expect(answer.text).not.toContain(UPSTREAM_KEY);
      // The only key is taken back as soon as the provider lists its models for it.
      await eventually(async () =>
        expect((await t.http.get('/health')).body).toMatchObject({ components: { keyPool: { status: 'ok' } } }),
      );
    });

    it('tells the operator when another model answers than was asked', async () => {
      const count = async (): Promise<number> =>
        Number(/^upstream_model_mismatch_total\{[^}]*\} (\d+)$/m.exec((await t.http.get('/metrics')).text)?.[1] ?? 0);
      const other = (model: string): string => JSON.stringify({ model, choices: [], usage: {} });
      const before = await count();
      for (const model of ['m1', 'vendor/M1-2026-01-01']) {
        up.next({ body: other(model) });
        await k.post('/v1/chat/completions', chat());
      }
      expect(await count()).toBe(before);
      up.next({ body: other('dear-model') });
      await k.post('/v1/chat/completions', chat());
      up.next({
        headers: { 'content-type': 'text/event-stream' },
        body: 'data: {"model":"dear-model","choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
      });
      await k.post('/v1/chat/completions', chat({ stream: true }));
      expect(await count()).toBe(before + 2);
    });

    it('G-18 carries one correlation id through response, log, usage row and provider', async () => {
      const id = 'trace-4711.abc';
      const answer = await k.post('/v1/chat/completions', chat(), { headers: { 'x-request-id': id } });
      expect(answer.headers.get('x-request-id')).toBe(id);
      expect(up.last.headers['x-request-id']).toBe(id);
      await rowOf(id);
      await eventually(() => expect(t.logs.some((line) => line.includes(`"requestId":"${id}"`))).toBe(true));
      const made = (await k.post('/v1/chat/completions', chat())).headers.get('x-request-id') ?? '';
      expect(made).toMatch(/^[0-9a-f-]{36}$/);
      expect(up.last.headers['x-request-id']).toBe(made);
    });

    it('G-20 is refused when its body is too large or not JSON, in the OpenAI form', async () => {
      const small = await createApp({
        databaseUrl: t.databaseUrl,
        environment: { LITELLM_API_URL: up.url, LITELLM_API_KEY: UPSTREAM_KEY, GATEWAY_BODY_LIMIT_BYTES: '2048' },
      });
      try {
        const large = await small.http.bearer(key.key).post('/v1/chat/completions', chat({ user: 'x'.repeat(3_000) }));
        expect([large.status, large.body]).toMatchObject([
          413,
          { error: { code: 'body_too_large', type: 'invalid_request_error' } },
        ]);
      } finally {
        await small.close();
      }
      for (const body of ['{"model":', '[]', '"m1"', '{}', '{"model":7}', '{"model":"m1","model":"m3"}']) {
        const answer = await k.post('/v1/chat/completions', body);
        expect([answer.status, answer.body]).toMatchObject([
          400,
          { error: { code: 'model_request_malformed', type: 'invalid_request_error' } },
        ]);
      }
      expect(up.calls).toHaveLength(0);
    });

    it('answers 502 when the provider cannot be reached, and 502 when it cuts the line', async () => {
      up.next({ resetAtByte: 10 });
      const cut = await k.post('/v1/chat/completions', chat());
      expect([cut.status, cut.body]).toMatchObject([502, { error: { code: 'upstream_failed' } }]);
      expect(await rowOf(cut.headers.get('x-request-id') ?? '')).toMatchObject({ status: 'failed', cost: '0' });
    });
  });

  describe('a stream', () => {
    it('G-02 arrives while the provider still speaks, and ends with [DONE]', async () => {
      up.next({ pauseAfterChunks: 2 });
      const response = await fetch(`${t.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
        body: JSON.stringify(chat({ stream: true })),
      });
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const first = await reader.read();
      expect(Buffer.from(first.value ?? []).toString()).toMatch(/^data: \{/);
      up.release();
      let rest = '';
      for (let piece = await reader.read(); !piece.done; piece = await reader.read())
        rest += Buffer.from(piece.value).toString();
      expect(rest.endsWith('data: [DONE]\n\n')).toBe(true);
    });

    it('G-17 is metered by the final usage chunk, and counted here where there is none', async () => {
      const reported = await k.post(
        '/v1/chat/completions',
        chat({ stream: true, stream_options: { include_usage: true } }),
      );
      const fromProvider = await rowOf(reported.headers.get('x-request-id') ?? '');
      expect(fromProvider).toMatchObject({ status: 'completed', tokens_source: 'provider', streamed: true });
      up.next({ usage: 'omit' });
      const silent = await k.post('/v1/chat/completions', chat({ stream: true }));
      expect(silent.text).not.toContain('"usage":{');
      const counted = await rowOf(silent.headers.get('x-request-id') ?? '');
      expect(counted).toMatchObject({ status: 'completed', tokens_source: 'counted' });
      for (const row of [fromProvider, counted]) {
        expect(Number(row.input_tokens)).toBeGreaterThan(0);
        expect(Number(row.output_tokens)).toBeGreaterThan(0);
        expect(BigInt(row.cost)).toBe(
          BigInt(row.input_tokens) * INPUT_PRICE + BigInt(row.output_tokens) * OUTPUT_PRICE,
        );
      }
    });

    it('is asked for its usage where the caller is not interested in it, and the answer to that stays here', async () => {
      const hidden = { prompt_tokens: 20, completion_tokens: 5_270, total_tokens: 5_290 };
      const bodies = [
        '{ "model":"m1","messages":[], "stream" : true}',
        '{"stream_options":{"x":1},"model":"m1","stream":true}',
      ];
      for (const path of ['/v1/chat/completions', '/v1/completions']) {
        for (const body of bodies) {
          up.next({ usage: hidden });
          const answer = await k.post(path, body);
          const at = body.indexOf('"x":1') === -1 ? body.indexOf('{') + 1 : body.indexOf('"x":1');
          const ours = at > 5 ? '"include_usage":true,' : '"stream_options":{"include_usage":true},';
          expect(up.last.body.toString()).toBe(body.slice(0, at) + ours + body.slice(at));
          expect(answer.text).not.toMatch(/5270|"choices":\[\]/);
          expect(answer.text).toMatch(/"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n$/);
          const row = await rowOf(answer.headers.get('x-request-id') ?? '');
          expect(row).toMatchObject({ output_tokens: '5270', tokens_source: 'provider', status: 'completed' });
        }
      }
    });

    it('is charged for all that was written, also where it is more than is kept for counting', async () => {
      const piece = 'The sluice opens at dawn. '.repeat(4_000);
      const chunk = `data: {"choices":[{"index":0,"delta":{"content":"${piece}"},"finish_reason":null}]}\n\n`;
      up.next({
        headers: { 'content-type': 'text/event-stream' },
        body: [
          ...Array<string>(6).fill(chunk),
          'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
        ],
      });
      const answer = await k.post('/v1/chat/completions', chat({ stream: true }));
      const row = await rowOf(answer.headers.get('x-request-id') ?? '');
      // Six or seven tokens a sentence, of which there are 24 000.
      expect(Number(row.output_tokens)).toBeGreaterThan(140_000);
      expect(row).toMatchObject({ status: 'completed', tokens_source: 'counted' });
    });

    it('leaves the process to others while a large prompt is counted', async () => {
      const large = {
        messages: Array.from({ length: 90 }, () => ({ role: 'user', content: 'x7 汉字! '.repeat(17_000) })),
      };
      up.next({ usage: 'omit' });
      const call = k.post('/v1/chat/completions', chat(large));
      let longest = 0;
      const over = new AbortController();
      void call.finally(() => over.abort());
      await eventually(() => expect(up.calls).toHaveLength(1));
      while (!over.signal.aborted) {
        const start = performance.now();
        await new Promise((resolve) => setImmediate(resolve));
        longest = Math.max(longest, performance.now() - start);
      }
      const answer = await call;
      const row = await rowOf(answer.headers.get('x-request-id') ?? '');
      expect(row.tokens_source).toBe('counted');
      expect(Number(row.input_tokens)).toBeGreaterThan(90 * 17_000 * 4);
      expect(longest).toBeLessThan(250);
    });

    it.each(['negative', 'absurd'] as const)('G-17 counts here what the provider reports as %s', async (usage) => {
      up.next({ usage });
      const answer = await k.post('/v1/chat/completions', chat());
      expect(await rowOf(answer.headers.get('x-request-id') ?? '')).toMatchObject({
        tokens_source: 'counted',
        status: 'completed',
      });
    });

    it('holds its end back until the usage row is durable', async () => {
      const answer = await k.post('/v1/chat/completions', chat({ stream: true }));
      const { rowCount } = await t.db.query('SELECT 1 FROM usage_events WHERE request_id = $1', [
        answer.headers.get('x-request-id'),
      ]);
      expect(rowCount).toBe(1);
    });

    it('keeps nobody waiting in front of the door once it has begun', async () => {
      const door = jest.spyOn(t.app.get(GatewayService), 'call');
      try {
        up.next({ pauseAfterChunks: 2 });
        const answer = k.post('/v1/chat/completions', chat({ stream: true }));
        await eventually(() => expect(door.mock.results).toHaveLength(1));
        await door.mock.results[0]?.value;
        expect(up.last.closedAt).toBeUndefined();
        up.release();
        expect((await answer).text).toContain('[DONE]');
      } finally {
        door.mockRestore();
      }
    });

    it('G-14 is cancelled at the provider within a second when the caller hangs up', async () => {
      up.next({ pauseAfterChunks: 2 });
      const requestId = 'hang-up-1';
      const call = httpRequest(`${t.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json', 'x-request-id': requestId },
      });
      call.on('error', () => undefined);
      call.end(JSON.stringify(chat({ stream: true })));
      await new Promise<void>((resolve) => call.once('response', (response) => response.once('data', () => resolve())));
      const hungUpAt = Date.now();
      call.destroy();
      await eventually(() => expect(up.last.aborted).toBe(true));
      expect((up.last.closedAt ?? Infinity) - hungUpAt).toBeLessThan(1_000);
      const row = await rowOf(requestId);
      expect(row).toMatchObject({ status: 'aborted', tokens_source: 'counted' });
      expect(Number(row.input_tokens)).toBeGreaterThan(0);
    });

    it('breaks off with an error event, without [DONE], when the provider cuts the line', async () => {
      up.next({ resetAtByte: 400 });
      const answer = await k.post('/v1/chat/completions', chat({ stream: true }));
      expect(answer.text).not.toContain('[DONE]');
      expect(answer.text).toContain('"code":"upstream_failed"');
      expect(await rowOf(answer.headers.get('x-request-id') ?? '')).toMatchObject({ status: 'failed' });
    });

    it('breaks off for its caller as well when its row can be written nowhere', async () => {
      const settle = jest.spyOn(t.app.get(UsageMeter), 'settle').mockRejectedValueOnce(new Error('The disk is full'));
      try {
        up.next({ resetAtByte: 400 });
        await expect(k.post('/v1/chat/completions', chat({ stream: true }))).rejects.toThrow();
        expect(settle).toHaveBeenCalledTimes(1);
      } finally {
        settle.mockRestore();
      }
      expect((await k.post('/v1/chat/completions', chat({ stream: true }))).text).toContain('[DONE]');
    });
  });

  it('M-14 lists the models of the key, in the OpenAI form', async () => {
    const { status, body } = await k.get<{ object: string; data: { id: string }[] }>('/v1/models');
    expect(status).toBe(200);
    expect(body.object).toBe('list');
    expect(body.data.map(({ id }) => id).sort()).toEqual(['m1', 'm2']);
    expect((await k.get('/v1/models/m1')).body).toMatchObject({ id: 'm1', object: 'model' });
    expect((await k.get('/v1/models/m3')).status).toBe(404);
  });

  it('M-14 lists no model whose subscription is not active', async () => {
    const owner = await givenUser(t);
    await givenSubscription(t, owner, 'm1');
    const { http } = await givenApiKey(t, owner, ['m1', 'm2']);
    const { body } = await http.get<{ data: { id: string }[] }>('/v1/models');
    expect(body.data.map(({ id }) => id)).toEqual(['m1']);
    expect((await http.get('/v1/models/m2')).status).toBe(404);
  });
});
