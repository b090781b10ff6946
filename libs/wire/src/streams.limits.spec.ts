import { CompletionStream } from './completion.stream.js';
import { MessageStream } from './message.stream.js';
import type { StreamTranslator } from './stream.translator.js';

const completionStream = (): CompletionStream => new CompletionStream({ includeUsage: true, created: 1 });
const say = (translator: StreamTranslator, ...events: readonly unknown[]): string =>
  translator.push(Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')));

/** How many objects a translator holds on to. */
function heldBy(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members = value instanceof Map ? [...value].flat() : Object.values(value);
  return members.reduce<number>((sum, member) => sum + heldBy(member), 1);
}

describe('what a translator keeps of an answer', () => {
  const junk = Array.from({ length: 1_000 }, () => ({}));

  it('is the figures and the reason of a message, and nothing beside them', () => {
    const translator = completionStream();
    const before = heldBy(translator);
    const message = { usage: { input_tokens: 7, output_tokens: 1, input_tokens_details: junk } };
    say(translator, { type: 'message_start', message });
    const usage = { input_tokens: null, output_tokens: 5, cache_read_input_tokens: { junk }, junk };
    say(translator, { type: 'message_delta', delta: { stop_reason: { junk } }, usage });
    expect(heldBy(translator)).toBeLessThan(before + 10);
    say(translator, { type: 'message_stop' });
    const end = translator.end();
    expect(end).toContain('"finish_reason":"stop"');
    expect(end).toContain('"prompt_tokens":7,"completion_tokens":5,');
  });

  it('is the figures and the reason of a completion, and nothing beside them', () => {
    const translator = new MessageStream();
    const before = heldBy(translator);
    const usage = { prompt_tokens: 7, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 3, junk }, junk };
    say(translator, { choices: [{ delta: {}, finish_reason: { junk } }], usage });
    expect(heldBy(translator)).toBeLessThan(before + 10);
    const end = translator.end();
    expect(end).toContain('"stop_reason":"end_turn"');
    expect(end).toContain(
      '"input_tokens":4,"cache_creation_input_tokens":0,"cache_read_input_tokens":3,"output_tokens":5',
    );
  });

  it.each([{ toString: 1 }, 'constructor', '__proto__', ['length']])('ends with a known reason for %j', (reason) => {
    const completion = completionStream();
    say(completion, { type: 'message_delta', delta: { stop_reason: reason } }, { type: 'message_stop' });
    expect(completion.end()).toContain('"finish_reason":"stop"');
    const message = new MessageStream();
    say(message, { choices: [{ finish_reason: reason }] });
    expect(message.end()).toContain('"stop_reason":"end_turn"');
  });
});

describe('the names that every chunk repeats', () => {
  const start = (id: unknown, model: unknown): string =>
    say(completionStream(), { type: 'message_start', message: { id, model } });

  it('are those of the message', () => {
    const longest = 'x'.repeat(256);
    expect(start('msg_1', longest)).toContain(
      `{"id":"msg_1","object":"chat.completion.chunk","created":1,"model":"${longest}",`,
    );
  });

  it.each([['x'.repeat(257)], [{ a: [] }], [['x']], [7]])('are left out where they are none: %j', (name) => {
    expect(start(name, name)).toContain('data: {"object":"chat.completion.chunk","created":1,"choices":[');
  });
});

describe('the calls of one answer', () => {
  const count = (said: string, word: string): number => said.split(word).length - 1;
  const use = { type: 'tool_use', id: 'toolu_1', name: 'look' };

  it('are a thousand at most in a completion', () => {
    const translator = completionStream();
    const starts = Array.from({ length: 1_500 }, (_, index) => ({
      type: 'content_block_start',
      index,
      content_block: use,
    }));
    expect(count(say(translator, ...starts), '"toolu_1"')).toBe(1_000);
    expect(heldBy(translator)).toBeLessThan(1_100);
    const delta = { type: 'input_json_delta', partial_json: '{}' };
    expect(say(translator, { type: 'content_block_delta', index: 999, delta })).toContain('"index":999');
    expect(say(translator, { type: 'content_block_delta', index: 1_200, delta })).toBe('');
    expect(say(translator, { type: 'content_block_stop', index: 1_200 })).toBe('');
  });

  it('are known in a completion by a number alone', () => {
    const translator = completionStream();
    const before = heldBy(translator);
    const keys = [{ a: [{}] }, 'one', null, undefined];
    const starts = keys.map((index) => ({ type: 'content_block_start', index, content_block: use }));
    expect(say(translator, ...starts)).toBe('');
    expect(heldBy(translator)).toBe(before);
    expect(say(translator, { type: 'content_block_start', index: 4, content_block: use })).toContain('"index":0,"id"');
  });

  it('are a thousand at most in a message, each of which ends', () => {
    const translator = new MessageStream();
    const calls = Array.from({ length: 1_500 }, (_, index) => ({ index, id: 'call_x', function: { name: 'look' } }));
    const said = say(translator, { choices: [{ delta: { tool_calls: calls } }] });
    expect(count(said, '"call_x"')).toBe(1_000);
    const more = { index: 1_200, function: { arguments: '{}' } };
    expect(say(translator, { choices: [{ delta: { tool_calls: [more] } }] })).toBe('');
    const known = { index: 999, function: { arguments: '{}' } };
    expect(say(translator, { choices: [{ delta: { tool_calls: [known] } }] })).toContain('"index":999');
    say(translator, { choices: [{ finish_reason: 'tool_calls' }] });
    expect(count(translator.end(), 'event: content_block_stop')).toBe(1_000);
  });

  it('end once each, in the order of their blocks, after the texts between them', () => {
    const translator = new MessageStream();
    const turns = Array.from({ length: 3 }, (_, index) => [
      { choices: [{ delta: { content: 'a' } }] },
      { choices: [{ delta: { tool_calls: [{ index, function: { name: 'look' } }] } }] },
    ]).flat();
    const said = say(translator, ...turns, { choices: [{ delta: { content: 'b' }, finish_reason: 'stop' }] });
    const ended = `${said}${translator.end()}`.matchAll(/"type":"content_block_stop","index":(\d)/g);
    expect([...ended].map(([, index]) => Number(index))).toEqual([0, 2, 4, 1, 3, 5, 6]);
  });
});
