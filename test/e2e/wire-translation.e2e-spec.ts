import { request as httpRequest } from 'node:http';
import { anthropicErrorReply } from '#libs/simulator';
import { eventually } from '../support/eventually.js';
import type { TestHttp } from '../support/http.js';
import { ANTHROPIC_SECRET, givenTwoProviders, OPENAI_SECRET, type TwoProviders } from '../support/two-providers.js';

const JSON_HEADERS = { 'content-type': 'application/json' };
const SSE_HEADERS = { 'content-type': 'text/event-stream' };
const CACHED_USAGE = {
  input_tokens: 100,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 880,
  output_tokens: 50,
};
const chat = (more: object = {}): object => ({
  model: 'claude',
  messages: [
    { role: 'system', content: 'Be brief' },
    { role: 'user', content: 'Hello' },
  ],
  ...more,
});
const ask = (more: object = {}): object => ({
  model: 'gpt',
  max_tokens: 64,
  system: 'Be brief',
  messages: [{ role: 'user', content: 'Hello' }],
  ...more,
});
const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;

describe('a caller and a provider of different formats', () => {
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

  describe('chat completions at Anthropic', () => {
    it('reach it in its own words, with its credential and a limit', async () => {
      const answer = await k.post('/v1/chat/completions', chat(), { headers: { 'openai-beta': 'x' } });
      expect(two.anthropic.last.path).toBe('/v1/messages');
      expect(two.anthropic.last.headers).toMatchObject({
        'x-api-key': ANTHROPIC_SECRET,
        'anthropic-version': '2023-06-01',
      });
      for (const name of ['authorization', 'openai-beta']) expect(two.anthropic.last.headers).not.toHaveProperty(name);
      expect(two.anthropic.last.json).toEqual({
        model: 'claude-upstream',
        max_tokens: 4_096,
        system: [{ type: 'text', text: 'Be brief' }],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      });
      expect(answer.body).toMatchObject({
        object: 'chat.completion',
        choices: [
          {
            message: { role: 'assistant', content: expect.stringContaining('Hello') as string },
            finish_reason: 'stop',
          },
        ],
      });
    });

    it('are told the usage with the share of the cache, and billed by it', async () => {
      two.anthropic.next({ usage: CACHED_USAGE });
      const answer = await k.post('/v1/chat/completions', chat());
      expect(answer.body['usage']).toEqual({
        prompt_tokens: 1_000,
        completion_tokens: 50,
        total_tokens: 1_050,
        prompt_tokens_details: { cached_tokens: 880, cache_write_tokens: 20 },
      });
      expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
        operation: 'chat.completions',
        model_id: 'claude',
        input_tokens: '1000',
        cached_input_tokens: '880',
        output_tokens: '50',
        tokens_source: 'provider',
      });
    });

    it.each([true, false])('stream with a usage event only where it is asked for (%s)', async (include_usage) => {
      two.anthropic.next({ usage: CACHED_USAGE });
      const answer = await k.post('/v1/chat/completions', chat({ stream: true, stream_options: { include_usage } }));
      expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true);
      expect(answer.text.includes('"prompt_tokens":1000')).toBe(include_usage);
      expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
        streamed: true,
        input_tokens: '1000',
        cached_input_tokens: '880',
        output_tokens: '50',
        tokens_source: 'provider',
      });
    });

    it('begin to arrive while the provider still speaks, and end once they are on record', async () => {
      two.anthropic.next({ pauseAfterChunks: 4 });
      const response = await fetch(`${two.t.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${two.key.key}`, ...JSON_HEADERS },
        body: JSON.stringify(chat({ stream: true })),
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      let text = Buffer.from((await reader.read()).value ?? []).toString();
      expect(text).toContain('"role":"assistant"');
      two.anthropic.release();
      for (let part = await reader.read(); !part.done; part = await reader.read())
        text += Buffer.from(part.value).toString();
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
      const { rowCount } = await two.t.db.query('SELECT 1 FROM usage_events WHERE request_id = $1', [
        response.headers.get('x-request-id'),
      ]);
      expect(rowCount).toBe(1);
    });

    it('are refused what Anthropic has no word for, and nothing leaves the house', async () => {
      const answer = await k.post('/v1/chat/completions', chat({ n: 2 }));
      expect([answer.status, answer.body]).toMatchObject([
        400,
        { error: { code: 'request_untranslatable', param: 'n' } },
      ]);
      expect(two.anthropic.requests).toHaveLength(0);
    });

    it("are shown the provider's refusal in their own form", async () => {
      two.anthropic.next(anthropicErrorReply(400, 'invalid_request_error', 'max_tokens: too large'));
      const answer = await k.post('/v1/chat/completions', chat());
      expect([answer.status, answer.body]).toEqual([
        400,
        {
          error: {
            message: 'max_tokens: too large',
            type: 'invalid_request_error',
            param: null,
            code: 'invalid_request_error',
          },
        },
      ]);
      expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({ status: 'failed', cost: '0' });
    });

    it('are told of a stream that broke off, and billed for what they got', async () => {
      two.anthropic.next({ resetAtByte: 700 });
      const answer = await k.post('/v1/chat/completions', chat({ stream: true }));
      expect(answer.text).toContain('"code":"upstream_failed"');
      expect(answer.text).not.toContain('[DONE]');
      const row = await two.settled(answer.headers.get('x-request-id'));
      // The prompt as the provider counted it at the beginning, the answer as it is counted here.
      expect(row).toMatchObject({ status: 'failed', tokens_source: 'counted', input_tokens: '6' });
      expect(Number(row.output_tokens)).toBeGreaterThan(0);
    });

    it('are not given an answer that is none', async () => {
      two.anthropic.next({ headers: JSON_HEADERS, body: '{"type":"completion","completion":"?"}' });
      const answer = await k.post('/v1/chat/completions', chat());
      expect([answer.status, answer.body]).toMatchObject([502, { error: { code: 'upstream_failed' } }]);
    });

    it('cancel at the provider when their caller hangs up', async () => {
      two.anthropic.next({ pauseAfterChunks: 4 });
      const call = httpRequest(`${two.t.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${two.key.key}`, ...JSON_HEADERS, 'x-request-id': 'translated-hang-up' },
      });
      call.on('error', () => undefined);
      call.end(JSON.stringify(chat({ stream: true })));
      await new Promise<void>((resolve) => call.once('response', (response) => response.once('data', () => resolve())));
      call.destroy();
      await eventually(() => expect(two.anthropic.last.aborted).toBe(true));
      expect(await two.settled('translated-hang-up')).toMatchObject({ status: 'aborted', input_tokens: '6' });
    });
  });

  describe('messages at a provider of chat completions', () => {
    it('reach it in its own words, with its credential', async () => {
      const answer = await k.post('/v1/messages', ask(), {
        headers: { 'anthropic-beta': 'x', 'anthropic-version': '2023-06-01' },
      });
      expect(two.openai.last.path).toBe('/v1/chat/completions');
      expect(two.openai.last.headers['authorization']).toBe(`Bearer ${OPENAI_SECRET}`);
      for (const name of ['x-api-key', 'anthropic-beta', 'anthropic-version']) {
        expect(two.openai.last.headers).not.toHaveProperty(name);
      }
      expect(two.openai.last.json).toEqual({
        model: 'gpt-upstream',
        max_tokens: 64,
        messages: [
          { role: 'system', content: 'Be brief' },
          { role: 'user', content: 'Hello' },
        ],
      });
      expect(answer.body).toMatchObject({
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: expect.stringContaining('Hello') as string }],
        stop_reason: 'end_turn',
      });
    });

    it('are told the usage with the share of the cache apart, and billed by it', async () => {
      const usage = { prompt_tokens: 1_000, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 880 } };
      for (const stream of [false, true]) {
        two.openai.next({ usage });
        const answer = await k.post('/v1/messages', ask({ stream }));
        expect(answer.text).toContain(
          `"usage":{"input_tokens":120,"cache_creation_input_tokens":0,"cache_read_input_tokens":880,"output_tokens":50${
            stream ? ',"sluice_cost":"0.003"' : ''
          }}`,
        );
        expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
          operation: 'messages',
          streamed: stream,
          input_tokens: '1000',
          cached_input_tokens: '880',
          output_tokens: '50',
          tokens_source: 'provider',
        });
      }
    });

    it('stream in the events of Anthropic', async () => {
      const answer = await k.post('/v1/messages', ask({ stream: true, max_tokens: 3 }));
      expect([...answer.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)).toEqual([
        'message_start',
        'content_block_start',
        'content_block_delta',
        'content_block_delta',
        'content_block_delta',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ]);
      expect(answer.text).toContain('"stop_reason":"max_tokens"');
    });

    it("are shown the provider's refusal in their own form", async () => {
      two.openai.nextError(422, 'no_such_tool');
      const answer = await k.post('/v1/messages', ask());
      expect([answer.status, answer.body]).toEqual([
        422,
        { type: 'error', error: { type: 'invalid_request_error', message: 'Scripted failure with status 422' } },
      ]);
    });

    it('are told of a stream that broke off', async () => {
      two.openai.next({ resetAtByte: 500 });
      const answer = await k.post('/v1/messages', ask({ stream: true }));
      expect(answer.text).toMatch(/event: error\ndata: \{"type":"error","error":\{"type":"api_error"/);
      expect(answer.text).not.toContain('message_stop');
    });

    it('are refused a tool that runs at Anthropic', async () => {
      const answer = await k.post(
        '/v1/messages',
        ask({ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }),
      );
      expect([answer.status, answer.body]).toMatchObject([
        400,
        { type: 'error', error: { type: 'invalid_request_error', code: 'request_untranslatable' } },
      ]);
      expect(two.openai.requests).toHaveLength(0);
    });
  });

  describe('messages at Anthropic itself', () => {
    it('stream byte for byte, but for what they cost, and are metered by the usage at both ends', async () => {
      const body = [
        event('message_start', {
          message: {
            id: 'm',
            type: 'message',
            role: 'assistant',
            content: [],
            usage: { ...CACHED_USAGE, output_tokens: 1 },
          },
        }),
        event('ping'),
        event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Grüße' } }),
        event('content_block_stop', { index: 0 }),
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 50 } }),
        event('message_stop'),
      ];
      two.anthropic.next({ headers: SSE_HEADERS, body });
      const answer = await k.post('/v1/messages', ask({ model: 'claude', stream: true }));
      const cost = ',"sluice_cost":"0.003"';
      expect(answer.text).toBe(body.join('').replace('"output_tokens":50', (usage) => `${usage}${cost}`));
      expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({
        input_tokens: '1000',
        cached_input_tokens: '880',
        output_tokens: '50',
        tokens_source: 'provider',
      });
    });

    it('are counted here where it reports no usage', async () => {
      for (const stream of [false, true]) {
        two.anthropic.next({ usage: 'omit' });
        const answer = await k.post('/v1/messages', ask({ model: 'claude', stream }));
        const row = await two.settled(answer.headers.get('x-request-id'));
        expect(row).toMatchObject({ tokens_source: 'counted', status: 'completed' });
        expect(Number(row.input_tokens)).toBeGreaterThan(5);
        expect(Number(row.output_tokens)).toBeGreaterThan(5);
      }
    });

    it("have the provider's own refusal as it is", async () => {
      const refusal = anthropicErrorReply(413, 'request_too_large', 'Too large');
      two.anthropic.next(refusal);
      const answer = await k.post('/v1/messages', ask({ model: 'claude' }));
      expect([answer.status, answer.text]).toEqual([413, refusal.body]);
    });
  });
});
