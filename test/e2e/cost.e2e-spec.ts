import { picoToUsd } from '#libs/kernel';
import type { TestHttp } from '../support/http.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

const SSE_HEADERS = { 'content-type': 'text/event-stream' };
const messages = [{ role: 'user', content: 'Hello' }];
const asking = { stream: true, stream_options: { include_usage: true } };

/** The usages that a stream says, in their order. */
function usagesOf(stream: string): object[] {
  return [...stream.matchAll(/^data: (\{.*)$/gm)].flatMap(([, data = '']) => {
    const { usage, response } = JSON.parse(data) as { usage?: object; response?: { usage?: object } };
    const said = usage ?? response?.usage;
    return said ? [said] : [];
  });
}

describe('what a call cost', () => {
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

  /** As the ledger has it at this very moment. */
  const booked = async (requestId: string | null): Promise<string> => {
    const { rows } = await two.t.db.query<{ cost: string }>('SELECT cost FROM usage_events WHERE request_id = $1', [
      requestId,
    ]);
    return picoToUsd(BigInt(rows[0]?.cost ?? -1));
  };

  it.each([
    ['chat/completions', 'gpt', 'litellm', { messages }],
    ['chat/completions', 'claude', 'anthropic', { messages }],
    ['messages', 'claude', 'anthropic', { messages, max_tokens: 9 }],
    ['responses', 'gpt', 'litellm', { input: 'Hello' }],
    ['embeddings', 'gpt', 'litellm', { input: 'Hello' }],
  ])('is in the headers of a whole answer, with who answered: /v1/%s, %s', async (path, model, provider, body) => {
    const answer = await k.post(`/v1/${path}`, { model, ...body });
    const { headers } = answer;
    expect(answer.status).toBe(200);
    expect(headers.get('x-sluice-request-id')).toBe(headers.get('x-request-id'));
    expect([headers.get('x-sluice-model'), headers.get('x-sluice-provider')]).toEqual([model, provider]);
    expect(headers.get('x-sluice-cost')).toBe(await booked(headers.get('x-request-id')));
    expect(Number(headers.get('x-sluice-cost'))).toBeGreaterThan(0);
    expect(answer.text).not.toContain('sluice_cost');
  });

  it.each([
    ['chat/completions', 'gpt', { messages, ...asking }],
    ['chat/completions', 'claude', { messages, ...asking }],
    ['completions', 'gpt', { prompt: 'Hello', ...asking }],
    ['messages', 'claude', { messages, max_tokens: 9, stream: true }],
    ['messages', 'gpt', { messages, max_tokens: 9, stream: true }],
    ['responses', 'gpt', { input: 'Hello', stream: true }],
  ])('is in the closing usage of a stream that says one, and booked by then: /v1/%s, %s', async (path, model, body) => {
    const answer = await k.post(`/v1/${path}`, { model, ...body });
    const cost = await booked(answer.headers.get('x-request-id'));
    expect(usagesOf(answer.text).at(-1)).toMatchObject({ sluice_cost: cost });
    expect(Number(cost)).toBeGreaterThan(0);
    expect(answer.text.match(/sluice_cost/g)).toHaveLength(1);
    expect(answer.headers.get('x-sluice-model')).toBe(model);
  });

  it('is told as well where the provider says its usage together with the last choice', async () => {
    const last = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
    const usage = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 };
    const body = [`data: ${JSON.stringify({ ...last, usage })}\n\n`, 'data: [DONE]\n\n'];
    two.openai.next({ headers: SSE_HEADERS, body });
    const answer = await k.post('/v1/chat/completions', { model: 'gpt', messages, ...asking });
    expect(usagesOf(answer.text)).toEqual([{ ...usage, sluice_cost: '0.00003' }]);
  });

  it('is that of the first time where an answer is given again, which costs nothing', async () => {
    const headers = { 'idempotency-key': 'told-once' };
    const ask = () => k.post('/v1/chat/completions', { model: 'gpt', messages, ...asking }, { headers });
    const [first, again] = [await ask(), await ask()];
    expect(usagesOf(first.text).at(-1)).toMatchObject({ sluice_cost: await booked(first.headers.get('x-request-id')) });
    expect([again.text, again.headers.get('x-sluice-cost')]).toEqual([first.text, '0']);
  });

  it.each(['gpt', 'claude'])('is not told to who did not ask for the usage: %s', async (model) => {
    const answer = await k.post('/v1/chat/completions', { model, messages, stream: true });
    expect(usagesOf(answer.text)).toEqual([]);
    expect(answer.text).not.toContain('sluice_cost');
  });

  it('leaves every byte as it was where nobody asked', async () => {
    const body = [
      'data: {"choices":[{"index":0,"delta":{"content":"Grüße"},"finish_reason":null}], "x" : 1.0}\n\n',
      'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}\n\n',
      'data: [DONE]\n\n',
    ];
    two.openai.next({ headers: SSE_HEADERS, body });
    const answer = await k.post('/v1/chat/completions', { model: 'gpt', messages, stream: true });
    expect(answer.text).toBe(body.join(''));
  });
});
