import OpenAI from 'openai';
import { Simulator } from '#libs/simulator';
import { ModelLister, SseObserver, UpstreamClient } from '#libs/upstream';
import type { UpstreamResponse } from '#libs/upstream';
import { eventually } from './eventually.js';
import { FakeUpstream } from './fake-upstream.js';

let fake: FakeUpstream;
let client: UpstreamClient;
beforeAll(async () => {
  fake = await FakeUpstream.start();
  client = new UpstreamClient();
});
beforeEach(() => fake.reset());
afterAll(async () => {
  await client.close();
  await fake.stop();
});

function chat(more: Record<string, unknown> = {}, signal?: AbortSignal): Promise<UpstreamResponse> {
  const messages = [{ role: 'user', content: 'Hello there' }];
  const body = Buffer.from(JSON.stringify({ model: 'simulated-small', messages, ...more }));
  const headers = { 'content-type': 'application/json' };
  const baseUrl = `${fake.url}/v1`;
  return client.request({
    baseUrl,
    path: '/chat/completions',
    method: 'POST',
    headers,
    body,
    signal,
    allowPrivate: true,
  });
}

async function answerOf(
  response: UpstreamResponse,
): Promise<{ usage?: unknown; choices: { message: { content: string } }[] }> {
  const json: unknown = JSON.parse((await response.body.bytes(1e6)).toString());
  return json as { usage?: unknown; choices: { message: { content: string } }[] };
}

describe('FakeUpstream', () => {
  it('answers with true usage and remembers what it got', async () => {
    const answer = await answerOf(await chat());
    expect(answer.choices[0]?.message.content).toContain('simulated');
    expect(answer.usage).toMatchObject({ prompt_tokens: 5 });
    expect(fake.last).toMatchObject({ method: 'POST', path: '/v1/chat/completions', aborted: false });
    expect(fake.last.json).toMatchObject({ model: 'simulated-small' });
  });

  it('streams the same numbers as it answers plainly', async () => {
    const plain = await answerOf(await chat());
    const observer = new SseObserver();
    const { body } = await chat({ stream: true, stream_options: { include_usage: true } });
    observer.push(await body.bytes(1e6));
    observer.end();
    expect(observer.said.text).toBe(plain.choices[0]?.message.content);
    expect(plain.usage).toMatchObject({
      prompt_tokens: observer.usage?.promptTokens,
      completion_tokens: observer.usage?.completionTokens,
    });
  });

  it('pauses in mid-stream until it is released', async () => {
    fake.next({ pauseAfterChunks: 2 });
    const { body } = await chat({ stream: true });
    const seen: Buffer[] = [];
    const read = body.each((chunk) => void seen.push(chunk));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(Buffer.concat(seen).toString()).toMatch(/^data: \{/);
    expect(Buffer.concat(seen).toString()).not.toContain('[DONE]');
    expect(fake.last.closedAt).toBeUndefined();
    fake.release();
    await read;
    expect(Buffer.concat(seen).toString()).toContain('[DONE]');
  });

  it('does not let a stream go on that has not come yet, or that is given up', async () => {
    fake.next({ pauseAfterChunks: 1 });
    expect(() => fake.release()).toThrow('No stream is paused');
    const { body } = await chat({ stream: true });
    body.cancel();
    await eventually(() => expect(fake.last.closedAt).toBeDefined());
    expect(() => fake.release()).toThrow('No stream is paused');
  });

  it('sees an abort quickly', async () => {
    fake.next({ pauseAfterChunks: 1 });
    const abort = new AbortController();
    const { body } = await chat({ stream: true }, abort.signal);
    const read = body.bytes(1e6);
    const at = Date.now();
    abort.abort();
    await expect(read).rejects.toMatchObject({ kind: 'aborted' });
    while (fake.last.closedAt === undefined && Date.now() - at < 1_000)
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(fake.last.aborted).toBe(true);
    expect((fake.last.closedAt ?? Infinity) - at).toBeLessThan(500);
  });

  it('fails as scripted, once each, then behaves again', async () => {
    fake
      .nextError(429, 'slow_down', { 'retry-after': '2' })
      .next({ resetAtByte: 10 })
      .next({ usage: 'omit' })
      .next({ usage: 'negative' });
    fake.next({ hang: true });
    const limited = await chat();
    expect(limited).toMatchObject({ status: 429, headers: { 'retry-after': '2' } });
    expect((await limited.body.bytes(1e5)).toString()).toContain('slow_down');
    await expect(chat().then(({ body }) => body.bytes(1e5))).rejects.toMatchObject({ kind: 'reset' });
    expect((await answerOf(await chat())).usage).toBeUndefined();
    expect((await answerOf(await chat())).usage).toMatchObject({ prompt_tokens: -10 });
    await expect(chat({}, AbortSignal.timeout(50))).rejects.toMatchObject({ kind: 'aborted' });
    expect((await chat()).status).toBe(200);
  });

  it('sends raw bytes and broken events', async () => {
    fake.next({ status: 422, headers: { 'content-type': 'text/plain' }, body: 'no' }).next({ malformedSse: true });
    const raw = await chat();
    expect(raw.status).toBe(422);
    expect((await raw.body.bytes(10)).toString()).toBe('no');
    const observer = new SseObserver();
    observer.push(await (await chat({ stream: true })).body.bytes(1e6));
    expect(observer.malformedEvents).toBe(1);
  });

  it('M-05 lists its models as LiteLLM does, and as OpenAI does where /model/info is missing', async () => {
    fake.models([
      {
        id: 'm',
        inputCostPerToken: 1.5e-7,
        outputCostPerToken: 6e-7,
        cacheReadCostPerToken: 7.5e-8,
        maxInputTokens: 1000,
      },
    ]);
    const lister = new ModelLister(client);
    const provider = { kind: 'litellm' as const, baseUrl: fake.url, apiKey: 'sk-up', allowPrivate: true };
    expect(await lister.listModels(provider)).toEqual([
      expect.objectContaining({
        name: 'm',
        vendor: 'simulator',
        contextLength: 1000,
        maxOutputTokens: 4096,
        inputPrice: 150_000n,
        outputPrice: 600_000n,
        cachedInputPrice: 75_000n,
      }),
    ]);
    expect(fake.last.headers.authorization).toBe('Bearer sk-up');
    fake.always((request) => (request.path === '/model/info' ? { status: 404 } : {}));
    expect(await lister.listModels(provider)).toEqual([expect.objectContaining({ name: 'm' })]);
    fake.always({ status: 401 });
    await expect(lister.listModels(provider)).rejects.toMatchObject({ name: 'CatalogueRefused', status: 401 });
  });

  it('reads all pages of Anthropic with its own credentials', async () => {
    const page = (id: string, has_more: boolean) => ({
      body: JSON.stringify({ data: [{ id }], has_more, last_id: id }),
    });
    fake.always((request) => (request.query.get('after_id') === 'a' ? page('b', false) : page('a', true)));
    const provider = { kind: 'anthropic' as const, baseUrl: `${fake.url}/v1`, apiKey: 'k', allowPrivate: true };
    const models = await new ModelLister(client).listModels(provider);
    expect(models.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(fake.last.headers).toMatchObject({ 'x-api-key': 'k', 'anthropic-version': '2023-06-01' });
    expect(fake.last.headers.authorization).toBeUndefined();
  });
});

describe('Simulator', () => {
  it('serves the unmodified OpenAI client, streaming and embeddings included', async () => {
    const simulator = await Simulator.start({ chunkDelayMs: 1, apiKey: 'k' });
    const openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'k', maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const plain = await openai.chat.completions.create({ model: 'simulated-large', messages });
    const stream = await openai.chat.completions.create({ model: 'simulated-large', messages, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(plain.choices[0]?.message.content);
    const embedding = await openai.embeddings.create({ model: 'simulated-embedding', input: 'abc' });
    expect(embedding.data[0]?.embedding).toHaveLength(8);
    const limited = [{ role: 'user' as const, content: '[fail:429 retry-after=2]' }];
    await expect(openai.chat.completions.create({ model: 'simulated-large', messages: limited })).rejects.toMatchObject(
      { status: 429 },
    );
    const stranger = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'other', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
    await simulator.stop();
  });
});
