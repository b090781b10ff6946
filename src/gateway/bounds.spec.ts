import type { ResolvedModel } from '../models/model.catalog.js';
import { boundsOf as boundsAt } from './bounds.js';
import { type IncomingCall, readCall } from './incoming.call.js';
import { type Operation, OPERATIONS } from './operations.js';

const MODEL = { upstreamName: 'm', contextLength: null, maxOutputTokens: null } as unknown as ResolvedModel;
const FRAME = 64;
const LONGEST_ANSWER = 131_072;
const DRAWN = 16_384;

describe('the bounds of a call', () => {
  const read = (operation: Operation, body: string, headers: object = {}, path?: string) =>
    readCall(
      operation,
      { body: Buffer.from(body), headers: { 'content-type': 'application/json', ...headers } },
      { path },
    );
  const boundsOf = (call: IncomingCall, model: ResolvedModel) =>
    boundsAt(call, model, OPERATIONS[call.operation].format);
  const boundsOfBody = (body: string) => boundsOf(read('messages', body), MODEL);
  const answerOf = (operation: Operation, more: object, model: object = {}) =>
    boundsOf(read(operation, JSON.stringify({ model: 'm', ...more })), { ...MODEL, ...model }).outputBound;
  const promptOf = (operation: Operation, more: object, headers = {}) => {
    const body = JSON.stringify({ model: 'm', ...more });
    const { inputBound } = boundsOf(read(operation, body, headers), { ...MODEL, contextLength: 1_000 });
    return [inputBound, body.length + FRAME];
  };

  it.each([
    ['a cache that it names', '{"model":"m","system":[{"type":"text","cache_control":{"type":"ephemeral"}}]}', true],
    ['a cache that escapes hide', String.raw`{"model":"m","system":[{"cache\u005fcontrol":{}}]}`, true],
    ['no cache', '{"model":"m","messages":[{"role":"user","content":"hello"}]}', false],
    ['no cache but escapes', String.raw`{"model":"m","messages":[{"role":"user","content":"gr\u00fc\u00df"}]}`, false],
  ])('know of %s', (_, body, mayWriteCache) => {
    expect(boundsOfBody(body)).toMatchObject({ mayWriteCache, inputBound: body.length + FRAME });
  });

  it.each<[Operation, object, number]>([
    ['chat.completions', { max_tokens: 1, max_completion_tokens: 900 }, 900],
    ['chat.completions', { max_tokens: 900, max_completion_tokens: 1, n: 2 }, 1_800],
    ['chat.completions', { max_tokens: 1, n_predict: 900 }, 900],
    ['chat.completions', { max_output_tokens: 1 }, LONGEST_ANSWER],
    ['chat.completions', { max_tokens: 0 }, LONGEST_ANSWER],
    ['responses', { max_output_tokens: 900, max_tokens: 1 }, 900],
    ['responses', { max_tokens: 1, max_completion_tokens: 1 }, LONGEST_ANSWER],
    ['messages', { max_tokens: 900, max_output_tokens: 1 }, 900],
    ['images.generations', { max_tokens: 1, n: 2 }, 2 * DRAWN],
    ['completions', { max_tokens: 10, prompt: 'a' }, 10],
    ['completions', { max_tokens: 10, prompt: [1, 2, 3] }, 10],
    ['completions', { max_tokens: 10, prompt: ['a', 'b', 'c'], n: 2 }, 60],
    ['completions', { max_tokens: 10, prompt: [[1, 2], [3]], best_of: 5 }, 100],
  ])('let an answer of %s with %j have its loosest limit, for each prompt', (operation, more, most) => {
    expect(answerOf(operation, more)).toBe(most);
  });

  it('let an answer fill what the model can write, or else what it can hold, where nobody limits it', () => {
    expect(answerOf('chat.completions', {}, { maxOutputTokens: 7, contextLength: 9 })).toBe(7);
    expect(answerOf('chat.completions', {}, { contextLength: 900_000 })).toBe(900_000);
  });

  it('add what is predicted, which is charged where it is not used', () => {
    const prediction = { type: 'content', content: 'x'.repeat(500) };
    expect(answerOf('chat.completions', { max_tokens: 10, prediction })).toBeGreaterThan(510);
  });

  it('do not let one context bound what is read text by text', () => {
    const input = Array.from({ length: 50 }, () => 'x'.repeat(100));
    for (const operation of ['embeddings', 'moderations'] as const) {
      const [bound, size] = promptOf(operation, { input });
      expect(bound).toBe(size);
    }
    expect(promptOf('completions', { prompt: input })[0]).toBeGreaterThan(5_000);
    expect(promptOf('chat.completions', { messages: [{ role: 'user', content: input.join('') }] })[0]).toBe(1_000);
  });

  it('count the question of a reranker once for each document', () => {
    const [bound, size = 0] = promptOf('rerank', { query: 'q'.repeat(200), documents: ['a', 'b', 'c', 'd'] });
    expect(bound).toBe(size + 800);
  });

  it('count what a reranker takes for documents of their own', () => {
    const searches = (documents: string[], query = 'q') =>
      boundsOf(read('rerank', JSON.stringify({ model: 'm', query, documents })), MODEL).searches;
    expect(searches(['a'])).toBe(2);
    expect(searches(Array.from({ length: 300 }, () => 'a'))).toBe(5);
    expect(searches(['a'.repeat(100_000)])).toBeGreaterThanOrEqual(3);
    expect(searches(['a'.repeat(100_000)], 'q'.repeat(400))).toBeGreaterThanOrEqual(11);
  });

  it('add what stands before tools, and for tools that no body describes', () => {
    const promptWith = (tools: object[]) => {
      const body = JSON.stringify({ model: 'm', tools });
      return boundsOf(read('messages', body), MODEL).inputBound - body.length - FRAME;
    };
    expect(promptWith([])).toBe(0);
    expect(
      promptWith([
        { name: 'a', input_schema: {} },
        { type: 'custom', name: 'b' },
      ]),
    ).toBe(512);
    expect(promptWith([{ type: 'computer_20250124' }, { type: 'bash_20250124' }, { name: 'a' }])).toBe(512 + 2_048);
  });

  it('do not hold the catalogue to a context that a preview makes longer', () => {
    const longer = { 'anthropic-beta': 'files-api,context-1m-2025-08-07' };
    const messages = [{ role: 'user', content: 'x'.repeat(5_000) }];
    expect(promptOf('messages', { messages })[0]).toBe(1_000);
    const [bound, size] = promptOf('messages', { messages }, longer);
    expect(bound).toBe(size);
    const document = [{ role: 'user', content: [{ type: 'document', source: { type: 'url', url: 'a' } }] }];
    expect(promptOf('messages', { messages: document }, longer)[0]).toBe(1_000_000);
  });

  it('leave it to providers other than Anthropic what they write to their caches', () => {
    const body = '{"model":"m","messages":[]}';
    for (const operation of ['chat.completions', 'messages'] as const) {
      expect(boundsAt(read(operation, body), MODEL, 'openai').mayWriteCache).toBe(true);
      expect(boundsAt(read(operation, body), MODEL, 'anthropic').mayWriteCache).toBe(false);
    }
  });

  it.each<[string, Operation, object, number]>([
    ['a picture', 'chat.completions', { messages: [{ content: [{ type: 'image_url', image_url: {} }] }] }, 1],
    [
      "pictures in a tool's result",
      'messages',
      { messages: [{ content: [{ type: 'tool_result', content: [{ type: 'image' }, { type: 'image' }] }] }] },
      2,
    ],
    ['a screenshot', 'responses', { input: [{ output: { type: 'computer_screenshot', image_url: 'a' } }] }, 1],
    [
      'what is only called so',
      'messages',
      { messages: [{ content: [{ type: 'tool_use', input: { type: 'image' } }] }] },
      0,
    ],
    ['what is drawn from', 'images.generations', { images: [{ image_url: 'a' }, { image_url: 'b' }] }, 2],
  ])('count %s', (_, operation, more, pictures) => {
    const body = JSON.stringify({ model: 'm', ...more });
    const promptFor = (upstreamName: string) => boundsOf(read(operation, body), { ...MODEL, upstreamName }).inputBound;
    expect(promptFor('gpt-4o')).toBe(body.length + FRAME + pictures * 16_384);
    expect(promptFor('openai/gpt-4o-mini-2024-07-18')).toBe(body.length + FRAME + pictures * 49_152);
  });

  it.each<[Operation, object]>([
    [
      'chat.completions',
      { messages: [{ content: [{ type: 'file', file: { file_data: 'data:application/pdf;base64,' } }] }] },
    ],
    ['chat.completions', { messages: [{ content: [{ type: 'video_url', video_url: { url: 'a' } }] }] }],
    ['responses', { input: [{ content: [{ type: 'input_file', file_url: 'a' }] }] }],
    ['messages', { messages: [{ content: [{ type: 'document', source: { type: 'url', url: 'a' } }] }] }],
    ['responses', { max_tool_calls: 1, tools: [{ type: 'web_search' }], input: 'a' }],
  ])('are all that the model can read for %s with %j', (operation, more) => {
    const of = (model: object) =>
      boundsOf(read(operation, JSON.stringify({ model: 'm', ...more })), { ...MODEL, ...model });
    const reads = operation === 'responses' && 'tools' in more ? 2 : 1;
    expect(of({ contextLength: 200_000 }).inputBound).toBe(reads * 200_000);
    expect(of({})).toMatchObject({ inputBound: reads * 2_000_000, mayHaveImages: true, mayWriteCache: true });
  });

  it.each([
    [{ messages: [{ content: [{ type: 'document', source: { type: 'text', data: 'Hello' } }] }] }],
    [{ messages: [{ content: [{ type: 'file', file: { file_data: 'data:text/plain;base64,SGk=' } }] }] }],
  ])('are the bytes of a document that is its own text: %j', (more) => {
    const body = JSON.stringify({ model: 'm', ...more });
    expect(boundsOfBody(body).inputBound).toBe(body.length + FRAME);
  });

  it('know of a cache that is to last for an hour', () => {
    const body = (control: object) => JSON.stringify({ model: 'm', system: [{ cache_control: control }] });
    expect(boundsOfBody(body({ type: 'ephemeral', ttl: '1h' }))).toMatchObject({ mayWriteCacheForLong: true });
    expect(boundsOfBody(body({ type: 'ephemeral' }))).toMatchObject({ mayWriteCacheForLong: false });
  });

  it('know what a forwarded address asks for', () => {
    const drawn = boundsOf(read('forwarded', '{"model":"m","n":3,"max_tokens":1}', {}, '/images/edits'), MODEL);
    expect(drawn).toMatchObject({ images: 3, mayHaveImages: true, outputBound: 3 * DRAWN });
    const filled = boundsOf(read('forwarded', '{"model":"m","max_tokens":9}', {}, '/fim/completions'), MODEL);
    expect(filled.outputBound).toBe(9);
  });
});
