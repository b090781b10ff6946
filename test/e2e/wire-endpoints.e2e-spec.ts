import { request as httpRequest } from 'node:http';
import { createApp } from '../support/app.js';
import type { TestHttp } from '../support/http.js';
import { ANTHROPIC_SECRET, givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

describe('the addresses of the gateway', () => {
  let two: TwoProviders;
  let k: TestHttp;
  beforeAll(async () => {
    two = await givenTwoProviders();
    k = two.key.http;
  });
  beforeEach(() => {
    two.openai.reset();
    two.anthropic.reset();
  });
  afterAll(() => two.stop());

  it.each([
    ['completions', 'completions', '"prompt" : "Once"'],
    ['responses', 'responses', '"input" : "Hello"'],
    ['moderations', 'moderations', '"input" : "Hello"'],
    ['rerank', 'rerank', '"query":"q", "documents":["a","bb"]'],
    ['images/generations', 'images.generations', '"prompt" : "A dot", "n":2'],
    ['audio/speech', 'audio.speech', '"input" : "Hello there", "voice":"alloy"'],
    ['embeddings', 'embeddings', '"input" : "Hello"'],
  ])(
    'G-04 /v1/%s passes byte for byte, but for the name of the model, and is metered',
    async (path, operation, more) => {
      const body = `{ ${more},\n "x_unknown" : {"model":"gpt","a":[1,2.50]}, "model":"gpt" }`;
      const answer = await k.post(`/v1/${path}`, body);
      expect(answer.status).toBe(200);
      expect(two.openai.last.path).toBe(`/v1/${path}`);
      expect(two.openai.last.body.toString()).toBe(body.replace('"model":"gpt" }', '"model":"gpt-upstream" }'));
      expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({ operation, status: 'completed' });
    },
  );

  it('records what a call took beside tokens', async () => {
    const took = async (
      path: string,
      body: object | Buffer,
      headers: Record<string, string> = {},
    ): Promise<unknown> => {
      const answer = await k.post(`/v1/${path}`, body, { headers });
      const { images, audio_seconds, characters, searches } = await two.settled(answer.headers.get('x-request-id'));
      return { images, audio_seconds, characters, searches };
    };
    const none = { images: 0, audio_seconds: 0, characters: 0, searches: 0 };
    expect(await took('images/generations', { model: 'gpt', prompt: 'A dot', n: 3 })).toEqual({ ...none, images: 3 });
    expect(await took('audio/speech', { model: 'gpt', input: 'Grüße', voice: 'alloy' })).toEqual({
      ...none,
      characters: 5,
    });
    expect(await took('rerank', { model: 'gpt', query: 'q', documents: ['a'] })).toEqual({ ...none, searches: 1 });
    const form = Buffer.from(
      `--b\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt\r\n` +
        `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'x'.repeat(5_000)}\r\n--b--\r\n`,
    );
    const type = { 'content-type': 'multipart/form-data; boundary=b' };
    expect(await took('audio/transcriptions', form, type)).toEqual({ ...none, audio_seconds: 6 });
    two.anthropic.next({ usage: { input_tokens: 1, output_tokens: 1, server_tool_use: { web_search_requests: 4 } } });
    const ask = { model: 'claude', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }], stream: true };
    expect(await took('messages', ask)).toEqual({ ...none, searches: 4 });
  });

  it('G-03 bills an embedding by its prompt, and nothing for an answer', async () => {
    two.openai.next({ usage: { prompt_tokens: 42, total_tokens: 42 } });
    const answer = await k.post('/v1/embeddings', { model: 'gpt', input: 'Hello' });
    expect([answer.status, answer.body['object']]).toEqual([200, 'list']);
    expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
      operation: 'embeddings',
      input_tokens: '42',
      output_tokens: '0',
      tokens_source: 'provider',
      cost: String(42n * 2_500_000n),
    });
  });

  it('meters a response by its own words for tokens, whole and as a stream, and holds the end of the stream back', async () => {
    for (const stream of [false, true]) {
      const answer = await k.post('/v1/responses', { model: 'gpt', input: 'Hello', stream });
      const { rowCount } = await two.t.db.query('SELECT 1 FROM usage_events WHERE request_id = $1', [
        answer.headers.get('x-request-id'),
      ]);
      expect(rowCount).toBe(1);
      const row = await two.settled(answer.headers.get('x-request-id'));
      expect(row).toMatchObject({ operation: 'responses', tokens_source: 'provider', streamed: stream });
      expect(Number(row.output_tokens)).toBeGreaterThan(5);
      if (stream) expect(answer.text).toContain('event: response.completed\n');
    }
  });

  it('refuses a response in the background, whose end nobody would meter', async () => {
    const answer = await k.post('/v1/responses', { model: 'gpt', input: 'Hello', background: true });
    expect([answer.status, answer.body]).toMatchObject([400, { error: { param: 'background' } }]);
    expect(two.openai.requests).toHaveLength(0);
  });

  it('passes sound on while it is made', async () => {
    two.openai.next({ pauseAfterChunks: 3 });
    const response = await fetch(`${two.t.url}/v1/audio/speech`, {
      method: 'POST',
      headers: { authorization: `Bearer ${two.key.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt', input: 'one two three four five', voice: 'alloy' }),
    });
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const parts = [await reader.read()];
    expect(parts[0]?.value?.slice(0, 2)).toEqual(new Uint8Array([0xff, 0xf3]));
    two.openai.release();
    for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part);
    const all = Buffer.concat(parts.map(({ value }) => Buffer.from(value ?? [])));
    expect(all.toString('latin1').replaceAll('\xff\xf3', '')).toBe('one two three four five');
    const { rows } = await two.t.db.query('SELECT status FROM usage_events WHERE request_id = $1', [
      response.headers.get('x-request-id'),
    ]);
    expect(rows).toEqual([{ status: 'completed' }]);
  });

  describe('with a form', () => {
    const recording = Buffer.from([0, 255, 13, 10, 45, 45, 120, 13, 10, 0, 1, 2]);
    const BOUNDARY = 'x-boundary';
    const form = (fields: string, boundary = BOUNDARY): Buffer =>
      Buffer.concat([
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n`,
        ),
        recording,
        Buffer.from(`\r\n${fields}--${boundary}--\r\n`),
      ]);
    const field = (name: string, value: string): string =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const send = (path: string, body: Buffer): ReturnType<TestHttp['post']> =>
      k.post(path, body, { headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` } });

    it.each(['transcriptions', 'translations'])(
      '/v1/audio/%s passes byte for byte, but for the model',
      async (kind) => {
        const body = form(field('x_unknown', 'gpt') + field('model', 'gpt'));
        const answer = await send(`/v1/audio/${kind}`, body);
        expect(answer.body).toMatchObject({ text: expect.any(String) as string });
        const expected = form(field('x_unknown', 'gpt') + field('model', 'gpt-upstream'));
        expect(two.openai.last.body.equals(expected)).toBe(true);
        expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({ operation: `audio.${kind}` });
      },
    );

    it.each([
      ['names two models', field('model', 'gpt') + field('model', 'other')],
      ['spells the model otherwise', field('Model', 'gpt') + field('model', 'gpt')],
      ['names none', field('prompt', 'gpt')],
      ['has a file for a model', field('model"; filename="m', 'gpt')],
      ['is not closed', `--${BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\ngpt`],
      [
        'hides its length',
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\nContent-Transfer-Encoding: base64\r\n\r\nZ3B0\r\n`,
      ],
    ])('is refused when it %s', async (_what, fields) => {
      const answer = await send('/v1/audio/transcriptions', form(fields));
      expect([answer.status, answer.body]).toMatchObject([400, { error: { code: 'model_request_malformed' } }]);
      expect(two.openai.requests).toHaveLength(0);
    });

    it('is no body for the control plane', async () => {
      const answer = await two.user.http.post('/api/v1/tokenizer', form(field('model', 'gpt')), {
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      });
      expect([answer.status, answer.body]).toMatchObject([415, { error: { code: 'unsupported_media_type' } }]);
    });
  });

  it('G-05 forwards an allowed path that it does not know', async () => {
    const body = '{"model":"gpt", "x":1}';
    const answer = await k.post('/v1/score', body);
    expect([answer.status, answer.body]).toMatchObject([200, { path: '/v1/score' }]);
    expect(two.openai.last.body.toString()).toBe('{"model":"gpt-upstream", "x":1}');
    expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({ operation: 'forwarded' });
  });

  it.each(['files', 'batches', 'fine_tuning/jobs', 'vector_stores', 'score/more', 'anything'])(
    'G-05 finds nothing at /v1/%s',
    async (path) => {
      const answer = await k.post(`/v1/${path}`, { model: 'gpt' });
      expect([answer.status, answer.body]).toMatchObject([404, { error: { code: 'route_not_found' } }]);
      expect(two.openai.requests).toHaveLength(0);
    },
  );

  it.each(['../api/v1/models', 'score/../files', '%2e%2e/score', 'http://example.com/score', '/score', 'a%5cb'])(
    'G-05 refuses the address /v1/%s',
    async (path) => {
      const status = await rawPost(two, `/v1/${path}`);
      expect(status).toBe(400);
      expect(two.openai.requests).toHaveLength(0);
    },
  );

  it.each(['files', 'batches/x', '../score', '/score', 'a b'])(
    'G-05 will not start when "%s" is to be forwarded',
    async (path) => {
      await expect(
        createApp({ databaseUrl: two.t.databaseUrl, environment: { GATEWAY_FORWARDED_PATHS: path } }),
      ).rejects.toThrow('GATEWAY_FORWARDED_PATHS');
    },
  );

  it('G-11 gives the same at /openrouter as at /v1', async () => {
    const body = { model: 'gpt', messages: [{ role: 'user', content: 'Hello' }] };
    const [one, other] = [
      await k.post('/v1/chat/completions', body),
      await k.post('/openrouter/chat/completions', body),
    ];
    expect([other.status, other.body]).toEqual([one.status, one.body]);
    expect((await k.get('/openrouter/models')).body).toEqual((await k.get('/v1/models')).body);
    expect((await two.t.http.get('/openrouter/models')).status).toBe(401);
    expect((await k.get('/openrouter')).status).toBe(404);
  });

  it('G-21 counts the tokens of a text, the same text always alike', async () => {
    const ask = (text: string, model = 'gpt') =>
      two.user.http.post<{ data: { tokens: number; estimated: boolean } }>('/api/v1/tokenizer', { text, model });
    const first = await ask('The gate is open.');
    expect([first.status, first.body.data]).toMatchObject([200, { model: 'gpt', tokens: 5, estimated: true }]);
    expect((await ask('The gate is open.')).body).toEqual(first.body);
    expect((await ask('')).body.data.tokens).toBe(0);
    expect((await ask('x', 'no-such-model')).status).toBe(404);
    expect((await k.post('/api/v1/tokenizer', { text: 'x', model: 'gpt' })).status).toBe(401);
  });

  describe('in the format of Anthropic', () => {
    const ask = { model: 'claude', max_tokens: 64, messages: [{ role: 'user', content: 'Hello' }] };

    it('take the key as x-api-key, as a bearer, or as both when they are one', async () => {
      const { key } = two.key;
      const styles: Record<string, string>[] = [
        { 'x-api-key': key },
        { authorization: `Bearer ${key}` },
        { 'x-api-key': key, authorization: `Bearer ${key}` },
      ];
      for (const headers of styles) {
        expect((await two.t.http.with(headers).post('/v1/messages', ask)).status).toBe(200);
      }
      const both = await k.with({ 'x-api-key': 'another' }).post('/v1/messages', ask);
      expect([both.status, both.body]).toMatchObject([
        400,
        { type: 'error', error: { type: 'invalid_request_error' } },
      ]);
    });

    it('answer errors as Anthropic does', async () => {
      const none = await two.t.http.post('/v1/messages', ask);
      expect([none.status, none.body]).toMatchObject([401, { type: 'error', error: { type: 'authentication_error' } }]);
      const other = await k.post('/v1/messages', { ...ask, model: 'm9' });
      expect([other.status, other.body]).toMatchObject([403, { type: 'error', error: { type: 'permission_error' } }]);
    });

    it('reach Anthropic byte for byte, with its credential and no other', async () => {
      const body =
        '{ "max_tokens": 64, "x_unknown":[1.50], "model": "claude","messages":[{"role":"user","content":"Hi"}]}';
      const answer = await k.post('/v1/messages', body, { headers: { 'anthropic-beta': 'some-beta' } });
      expect(answer.body).toMatchObject({ type: 'message', role: 'assistant' });
      expect(two.anthropic.last.body.toString()).toBe(body.replace('"claude"', '"claude-upstream"'));
      expect(two.anthropic.last.headers).toMatchObject({
        'x-api-key': ANTHROPIC_SECRET,
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'some-beta',
      });
      expect(two.anthropic.last.headers).not.toHaveProperty('authorization');
    });

    it('count tokens free of charge, at Anthropic or here', async () => {
      const counted = await k.post<{ input_tokens: number }>('/v1/messages/count_tokens', ask);
      expect(counted.body.input_tokens).toBeGreaterThan(0);
      expect(two.anthropic.last.path).toBe('/v1/messages/count_tokens');
      const here = await k.post<{ input_tokens: number }>('/v1/messages/count_tokens', { ...ask, model: 'gpt' });
      expect([here.status, here.body.input_tokens]).toEqual([200, 8]);
      expect(two.openai.requests).toHaveLength(0);
      for (const { headers } of [counted, here]) {
        expect(await two.settled(headers.get('x-request-id'))).toMatchObject({ cost: '0', input_tokens: '0' });
      }
    });

    it('say so where the provider has no such operation', async () => {
      const answer = await k.post('/v1/embeddings', { model: 'claude', input: 'Hello' });
      expect([answer.status, answer.body]).toMatchObject([400, { error: { code: 'operation_unsupported' } }]);
      expect(two.anthropic.requests).toHaveLength(0);
    });
  });
});

/** Sends a path that no client library would send as it is. */
function rawPost({ t, key }: TwoProviders, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      {
        host: '127.0.0.1',
        port: new URL(t.url).port,
        method: 'POST',
        path,
        headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    call.on('error', reject);
    call.end('{"model":"gpt"}');
  });
}
