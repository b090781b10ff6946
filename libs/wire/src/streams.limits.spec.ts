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
