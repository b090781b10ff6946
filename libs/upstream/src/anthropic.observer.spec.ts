import fc from 'fast-check';
import { AnthropicObserver } from './anthropic.observer.js';

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const usage = { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 85, output_tokens: 1 };
const START = event('message_start', { message: { usage } });
const delta = (more: object): string => event('content_block_delta', { index: 0, delta: more });
const CLOSING =
  event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 42, input_tokens: null } }) +
  event('message_stop');

function watch(stream: string, cuts: readonly number[]): { observer: AnthropicObserver; passed: string; held: string } {
  const observer = new AnthropicObserver();
  const bytes = Buffer.from(stream);
  const parts: Buffer[] = [];
  for (let i = 0, k = 0; i < bytes.length; k += 1) {
    const size = cuts[k % cuts.length] ?? 1;
    const ready = observer.push(bytes.subarray(i, i + size));
    if (ready !== undefined) parts.push(ready);
    i += size;
  }
  return { observer, passed: Buffer.concat(parts).toString(), held: (observer.end() ?? Buffer.alloc(0)).toString() };
}

const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 8 });
const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

it('passes every byte, holds the end back, and reads text and usage, however the stream is cut', () => {
  fc.assert(
    fc.property(texts, cuts, (pieces, at) => {
      const middle = pieces.map((text) => delta({ type: 'text_delta', text })).join('');
      const { observer, passed, held } = watch(START + middle + CLOSING, at);
      expect(passed).toBe(START + middle);
      expect(held).toBe(CLOSING);
      expect(observer.said.text).toBe(pieces.join(''));
      expect(observer.usage).toEqual({
        promptTokens: 100,
        cachedTokens: 85,
        cacheWriteTokens: 5,
        completionTokens: 42,
        reasoningTokens: 0,
      });
      expect([observer.done, observer.finishReason]).toEqual([true, 'end_turn']);
    }),
    { numRuns: 100 },
  );
});

it('holds the end back although the provider says in it that it is still there', () => {
  const [end = '', stop = ''] = CLOSING.split('event: message_stop');
  const { passed, held } = watch(
    `${START}${event('ping')}${end}${event('ping')}: still here\n\nevent: message_stop${stop}`,
    [30],
  );
  expect(passed).toBe(START + event('ping'));
  expect(held).toBe(`${end}${event('ping')}: still here\n\nevent: message_stop${stop}`);
});

it('knows the prompt, but no usage, of an answer that broke off', () => {
  const { observer } = watch(START + delta({ type: 'text_delta', text: 'Hel' }), [7]);
  expect(observer.usage).toBeUndefined();
  expect(observer.prompt).toMatchObject({ promptTokens: 100, cachedTokens: 85, completionTokens: 0 });
  expect([observer.said.text, observer.done]).toEqual(['Hel', false]);
});

it('counts thoughts and the input of tools as generated text', () => {
  const stream = [
    event('content_block_start', { index: 0, content_block: { type: 'tool_use', id: 't', name: 'look', input: {} } }),
    delta({ type: 'input_json_delta', partial_json: '{"a"' }),
    delta({ type: 'thinking_delta', thinking: 'hm', note: 'in another shape' }),
    delta({ type: 'compaction_delta', content: 'so far' }),
    'data: {broken\n\n',
    event('error', { error: { type: 'overloaded_error' } }),
  ].join('');
  const { observer } = watch(stream, [999]);
  expect([observer.said.text, observer.error, observer.malformedEvents]).toEqual([
    'look{"a"hmso far',
    'overloaded_error',
    1,
  ]);
});

it.each([{ input_tokens: -1 }, { output_tokens: 1e15 }, { cache_read_input_tokens: 0.5 }, { input_tokens: 'many' }])(
  'does not believe a usage with %j',
  (bad) => {
    const closing = event('message_delta', { delta: {}, usage: { ...usage, ...bad } });
    expect(watch(START + closing, [50]).observer.usage).toBeUndefined();
  },
);

it('keeps the figures of a usage, and nothing else of it', () => {
  const more = { note: 'x'.repeat(1_000), cache_creation: { ephemeral_1h_input_tokens: 3, other: ['x'] } };
  const end = { output_tokens: 42, server_tool_use: { web_search_requests: 2, note: 'x' }, other: {} };
  const start = event('message_start', { message: { usage: { ...usage, ...more } } });
  const { observer } = watch(start + event('message_delta', { usage: end }), [999]);
  expect(observer.closing).toEqual({
    ...usage,
    output_tokens: 42,
    cache_creation: { ephemeral_1h_input_tokens: 3 },
    server_tool_use: { web_search_requests: 2 },
  });
  expect(observer.usage).toMatchObject({ promptTokens: 100, completionTokens: 42, longCacheWriteTokens: 3 });
});

it('does not take a figure at the beginning that is none for one that was left out', () => {
  const start = event('message_start', { message: { usage: { ...usage, cache_read_input_tokens: 'many' } } });
  const { observer } = watch(start + CLOSING, [999]);
  expect(observer).toMatchObject({ prompt: undefined, usage: undefined, badUsage: true });
});

it('takes a prompt of no tokens for one that was not said yet', () => {
  const start = event('message_start', { message: { usage: { input_tokens: 0, output_tokens: 0 } } });
  const text = delta({ type: 'text_delta', text: 'Hel' });
  expect(watch(start + text, [999]).observer.prompt).toBeUndefined();
  const cached = event('message_start', { message: { usage: { input_tokens: 0, cache_read_input_tokens: 9 } } });
  expect(watch(cached + text, [999]).observer.prompt).toMatchObject({ promptTokens: 9, cachedTokens: 9 });
  const end = event('message_delta', { usage: { input_tokens: 12, output_tokens: 3 } });
  expect(watch(start + text + end, [999]).observer.usage).toMatchObject({ promptTokens: 12, completionTokens: 3 });
});

it('does not take a usage for the whole one that much text followed', () => {
  const end = event('message_delta', { usage: { output_tokens: 3 } });
  const { observer } = watch(START + end + delta({ type: 'text_delta', text: 'word '.repeat(1_000) }), [999]);
  expect(observer.usage).toBeUndefined();
  expect(observer.prompt).toMatchObject({ promptTokens: 100, cachedTokens: 85, completionTokens: 0 });
});
