import { type Pico, picoToUsd } from '#libs/kernel';
import { givenModel } from '../support/given/models.js';
import { givenSubscription } from '../support/given/subscriptions.js';
import type { TestHttp } from '../support/http.js';
import { givenTwoProviders, type TwoProviders } from '../support/two-providers.js';

const USD = 10n ** 12n;
const INPUT = 2_500_000n;
const OUTPUT = 10_000_000n;
const chat = { messages: [{ role: 'user', content: 'Hello' }] };

describe('a budget', () => {
  let two: TwoProviders;
  beforeAll(async () => {
    two = await givenTwoProviders({ UPSTREAM_ANSWER_LIMIT_BYTES: '65536' });
    // As catalogues know it of an embedding model: the most that it reads of one text.
    await two.t.db.query("UPDATE models SET context_length = 8000, max_output_tokens = NULL WHERE id = 'gpt'");
  });
  beforeEach(() => {
    two.openai.reset();
    two.anthropic.reset();
  });
  afterAll(() => two.stop());

  const keyWith = async (budget: Pico, modelIds = ['gpt', 'claude']): Promise<TestHttp> => {
    const wish = { name: 'capped', modelIds, maxBudget: picoToUsd(budget) };
    const { status, body } = await two.user.http.post<{ data: { key: string } }>('/api/v1/api-keys', wish);
    expect(status).toBe(201);
    return two.t.http.bearer(body.data.key);
  };

  const givenSearcher = async (id: string, upstreamName: string, provider: string): Promise<void> => {
    await givenModel(two.t, { id, upstreamName, provider, contextLength: 1_000, prices: { perSearch: USD / 100n } });
    await givenSubscription(two.t, two.user, id);
  };

  it.each<[case_: string, path: string, body: object, usage: readonly [input: number, output: number]]>([
    [
      'the looser of two limits',
      'chat/completions',
      { ...chat, max_tokens: 1, max_completion_tokens: 9_000 },
      [9, 9_000],
    ],
    ["another format's limit", 'chat/completions', { ...chat, max_output_tokens: 1 }, [9, 8_000]],
    ['a limit of nothing', 'chat/completions', { ...chat, max_tokens: 0 }, [9, 8_000]],
    ['many prompts at once', 'completions', { max_tokens: 500, prompt: Array(40).fill('a') }, [40, 20_000]],
    ['many texts at once', 'embeddings', { input: Array(40).fill('x '.repeat(500)) }, [20_000, 0]],
    [
      'a prediction',
      'chat/completions',
      { ...chat, max_tokens: 1, prediction: { content: 'x '.repeat(500) } },
      [9, 501],
    ],
  ])('refuses a call that can cost a pico-dollar more: %s', async (_case, path, body, [input, output]) => {
    const cost = BigInt(input) * INPUT + BigInt(output) * OUTPUT;
    const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
    const refused = await (await keyWith(cost - 1n)).post(`/v1/${path}`, { model: 'gpt', ...body });
    expect([refused.status, refused.body]).toMatchObject([402, { error: { code: 'key_budget_exceeded' } }]);
    expect(two.openai.requests).toHaveLength(0);
    two.openai.next({ usage });
    const paid = await (await keyWith(USD)).post(`/v1/${path}`, { model: 'gpt', ...body });
    expect(await two.settled(paid.headers.get('x-request-id'))).toMatchObject({ cost: String(cost) });
  });

  it('refuses a search, whose results are in no body, and has its fee on record', async () => {
    await givenSearcher('finder', 'claude-upstream', 'anthropic');
    const ask = { ...chat, model: 'finder', max_tokens: 10 };
    const search = { ...ask, tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 2 }] };
    const most = 3_000n * INPUT + 10n * OUTPUT + (2n * USD) / 100n;
    const refused = await (await keyWith(most - 1n, ['finder'])).post('/v1/messages', search);
    expect([refused.status, refused.body]).toMatchObject([402, { error: { code: 'key_budget_exceeded' } }]);
    const http = await keyWith(most, ['finder']);
    two.anthropic.next({
      usage: { input_tokens: 3_000, output_tokens: 10, server_tool_use: { web_search_requests: 2 } },
    });
    const paid = await http.post('/v1/messages', search);
    expect(await two.settled(paid.headers.get('x-request-id'))).toMatchObject({ searches: 2, cost: String(most) });
  });

  it('pays for a response that searches and says not how often, within a limit that is sent on with it', async () => {
    await givenSearcher('coder', 'gpt-upstream', 'litellm');
    const ask = { model: 'coder', input: 'Hi', max_output_tokens: 10, tools: [{ type: 'web_search' }] };
    const most = 4_000n * INPUT + 10n * OUTPUT + (3n * USD) / 100n;
    const refused = await (await keyWith(most - 1n, ['coder'])).post('/v1/responses', ask);
    expect([refused.status, refused.body]).toMatchObject([402, { error: { code: 'key_budget_exceeded' } }]);
    const paid = await (await keyWith(most, ['coder'])).post('/v1/responses', ask);
    expect(paid.status).toBe(200);
    const sent = JSON.stringify({ ...ask, model: 'gpt-upstream' }).replace('{', '{"max_tool_calls":3,');
    expect(two.openai.last.body.toString()).toBe(sent);
  });

  it('need not pay for counting the tokens of a message, whatever comes with it', async () => {
    const tools = [{ type: 'web_search_20250305', name: 'web_search' }, { type: 'code_execution_20250825' }];
    const source = { type: 'url', url: 'https://example.com/a.pdf' };
    const messages = [{ role: 'user', content: [{ type: 'document', source }] }];
    const http = await keyWith(1n);
    const counted = await http.post('/v1/messages/count_tokens', { model: 'claude', tools, messages });
    expect(counted.status).toBe(200);
    expect(await two.settled(counted.headers.get('x-request-id'))).toMatchObject({ cost: '0' });
  });

  it.each<[path: string, model: string, body: object]>([
    ['messages', 'claude', { ...chat, max_tokens: 9, tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['messages', 'claude', { ...chat, max_tokens: 9, mcp_servers: [{ type: 'url', url: 'https://example.com' }] }],
    ['responses', 'gpt', { input: 'Hi', max_tool_calls: 1, tools: [{ type: 'web_search' }] }],
    ['responses', 'gpt', { input: 'Hi', tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }],
    ['chat/completions', 'gpt', { ...chat, web_search_options: {} }],
  ])('is not asked for what has no price or no end: /v1/%s, %s, %j', async (path, model, body) => {
    const answer = await two.key.http.post(`/v1/${path}`, { model, ...body });
    expect([answer.status, answer.body]).toMatchObject([400, { error: { code: 'hosted_tool_not_allowed' } }]);
    expect([two.openai.requests, two.anthropic.requests]).toEqual([[], []]);
  });

  it('is spent on the searches of a stream, one of which broke off', async () => {
    await givenModel(two.t, {
      id: 'seeker',
      upstreamName: 'gpt-upstream',
      provider: 'litellm',
      prices: { perSearch: 7n },
    });
    await givenSubscription(two.t, two.user, 'seeker');
    const http = await keyWith(1_000n * USD, ['seeker', 'finder']);
    const event = (type: string, facts: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...facts })}\n\n`;
    const headers = { 'content-type': 'text/event-stream' };
    const item = { type: 'web_search_call', action: { type: 'search' } };
    const usage = { input_tokens: 1, output_tokens: 1 };
    two.openai.next({
      headers,
      body: [
        event('response.output_item.done', { item }),
        event('response.output_item.done', { item: { type: 'message' } }),
        event('response.completed', { response: { id: 'resp_1', output: [item], usage } }),
      ],
    });
    const tools = [{ type: 'web_search', name: 'web_search' }];
    const whole = await http.post('/v1/responses', {
      model: 'seeker',
      input: 'Hi',
      max_tool_calls: 3,
      stream: true,
      tools,
    });
    expect(await two.settled(whole.headers.get('x-request-id'))).toMatchObject({ searches: 1 });
    two.openai.next({
      headers,
      body: [
        'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n',
        'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"server_tool_use":{"web_search_requests":2}}}\n\n',
        'data: [DONE]\n\n',
      ],
    });
    const chatted = await http.post('/v1/chat/completions', {
      ...chat,
      model: 'seeker',
      stream: true,
      web_search_options: {},
    });
    expect(await two.settled(chatted.headers.get('x-request-id'))).toMatchObject({ searches: 2 });
    two.anthropic.next({
      headers,
      body: [
        event('message_start', { message: { usage: { ...usage, server_tool_use: null } } }),
        event('content_block_start', { index: 0, content_block: { type: 'server_tool_use', name: 'web_search' } }),
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } }),
        event('message_stop', {}),
      ],
    });
    const quiet = await http.post('/v1/messages', {
      ...chat,
      model: 'finder',
      max_tokens: 9,
      stream: true,
      tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }],
    });
    expect(await two.settled(quiet.headers.get('x-request-id'))).toMatchObject({ status: 'completed', searches: 1 });
    two.anthropic.next({
      headers,
      body: [
        event('message_start', { message: { usage } }),
        event('content_block_start', { index: 0, content_block: { type: 'server_tool_use', name: 'web_search' } }),
      ],
    });
    const broken = await http.post('/v1/messages', {
      ...chat,
      model: 'finder',
      max_tokens: 9,
      stream: true,
      tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }],
    });
    expect(await two.settled(broken.headers.get('x-request-id'))).toMatchObject({ status: 'failed', searches: 1 });
  });

  it.each<[path: string, body: object, took: object]>([
    ['embeddings', { input: Array<string>(40).fill('Hello') }, { input_tokens: '40', output_tokens: '0', images: 0 }],
    ['images/generations', { prompt: 'A dot', n: 3 }, { images: 3, output_tokens: '16384' }],
    ['chat/completions', { ...chat, max_tokens: 500 }, { output_tokens: '500' }],
  ])('is spent on an answer that was too large to be passed on: /v1/%s', async (path, body, took) => {
    two.openai.next({ headers: { 'content-type': 'application/json' }, body: ['{', ' '.repeat(70_000), '}'] });
    const answer = await two.key.http.post(`/v1/${path}`, { model: 'gpt', ...body });
    expect([answer.status, answer.body]).toMatchObject([502, { error: { code: 'upstream_failed' } }]);
    const row = await two.settled(answer.headers.get('x-request-id'));
    expect(row).toMatchObject({ status: 'failed', tokens_source: 'counted', ...took });
    expect(BigInt(row.cost)).toBeGreaterThanOrEqual(BigInt(row.input_tokens) * INPUT);
    expect(BigInt(row.cost)).toBeGreaterThan(0n);
  });

  it('is not spent on an error, however large', async () => {
    two.openai.next({ status: 400, headers: { 'content-type': 'application/json' }, body: ['x'.repeat(70_000)] });
    const answer = await two.key.http.post('/v1/embeddings', { model: 'gpt', input: 'Hello' });
    expect(await two.settled(answer.headers.get('x-request-id'))).toMatchObject({ tokens_source: 'none', cost: '0' });
  });
});
