import type { ResolvedModel } from '../models/model.catalog.js';
import { boundsOf } from './bounds.js';
import { readCall } from './incoming.call.js';
import type { Operation } from './operations.js';

const MODEL = { contextLength: null, maxOutputTokens: null } as unknown as ResolvedModel;
const FRAME = 64;
const LONGEST_ANSWER = 131_072;

describe('the bounds of a call', () => {
  const read = (operation: Operation, body: string, headers: object = {}, path?: string) =>
    readCall(operation, { body: Buffer.from(body), headers: { 'content-type': 'application/json', ...headers } }, path);
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
    ['images.generations', { max_tokens: 1 }, LONGEST_ANSWER],
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

  it('do not hold the catalogue to a context that a preview makes longer', () => {
    const messages = [{ role: 'user', content: 'x'.repeat(5_000) }];
    expect(promptOf('messages', { messages })[0]).toBe(1_000);
    const [bound, size] = promptOf('messages', { messages }, { 'anthropic-beta': 'files-api,context-1m-2025-08-07' });
    expect(bound).toBe(size);
  });

  it('know what a forwarded address asks for', () => {
    const drawn = boundsOf(read('forwarded', '{"model":"m","n":3,"max_tokens":1}', {}, '/images/edits'), MODEL);
    expect(drawn).toMatchObject({ images: 3, mayHaveImages: true, outputBound: 3 * LONGEST_ANSWER });
    const filled = boundsOf(read('forwarded', '{"model":"m","max_tokens":9}', {}, '/fim/completions'), MODEL);
    expect(filled.outputBound).toBe(9);
  });
});
