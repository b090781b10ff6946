import fc from 'fast-check';
import { toChatCompletion, toMessage } from './answers.js';
import { CompletionStream } from './completion.stream.js';
import { EventDecoder } from './event.decoder.js';
import { type Json, parseRecord, record, records } from './json.js';
import { MessageStream } from './message.stream.js';
import type { StreamTranslator } from './stream.translator.js';

const CREATED = 1_700_000_000;
const text = fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' });
const toolName = fc.stringMatching(/^[a-z_]{1,12}$/);
const input = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
/** Where texts and bytes are cut; used over and over. */
const cuts = fc.array(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 8 });
const tokens = fc.nat(10_000);

function pieces(whole: string, at: readonly number[]): string[] {
  const cut: string[] = [];
  const units = Array.from(whole);
  for (let i = 0, k = 0; i < units.length; k += 1) {
    const size = at[k % at.length] ?? 1;
    cut.push(units.slice(i, i + size).join(''));
    i += size;
  }
  return cut;
}

/** The translator's whole output for a stream that arrives in pieces which respect neither events nor characters. */
function run(translator: StreamTranslator, stream: string, at: readonly number[]): string {
  const bytes = Buffer.from(stream);
  let said = '';
  for (let i = 0, k = 0; i < bytes.length; k += 1) {
    const size = at[k % at.length] ?? 1;
    said += translator.push(bytes.subarray(i, i + size));
    i += size;
  }
  return said + translator.end();
}

/** A text as it is, nothing as an empty one; anything else would be a fault of the test. */
function str(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new Error('not a text');
  return value;
}

const dataOf = (stream: string): string[] => new EventDecoder().push(Buffer.from(stream));
const jsonOf = (stream: string): Json[] => dataOf(stream).map((data) => parseRecord(data) ?? {});
const sse = (events: readonly Json[], named: boolean, end = '\n'): string =>
  events
    .map((event) => `${named ? `event: ${String(event['type'])}${end}` : ''}data: ${JSON.stringify(event)}${end}${end}`)
    .join('');

const message = fc
  .record({
    blocks: fc.array(
      fc.oneof(
        text.map((value): Json => ({ type: 'text', text: value })),
        text.map((value): Json => ({ type: 'thinking', thinking: value, signature: 's' })),
        fc.record({ id: fc.uuid(), name: toolName, input }).map((use): Json => ({ type: 'tool_use', ...use })),
      ),
      { maxLength: 5 },
    ),
    stop_reason: fc.constantFrom('end_turn', 'max_tokens', 'tool_use', 'stop_sequence', 'refusal'),
    usage: fc.record({
      input_tokens: tokens,
      cache_creation_input_tokens: tokens,
      cache_read_input_tokens: tokens,
      output_tokens: tokens,
    }),
  })
  .map(({ blocks, ...rest }): Json => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: blocks,
    ...rest,
  }));

function messageEvents(answer: Json, at: readonly number[]): Json[] {
  const usage = record(answer['usage']) ?? {};
  const blocks = records(answer['content']).flatMap((block, index): Json[] => {
    const isTool = block['type'] === 'tool_use';
    const [key, kind] = isTool ? ['partial_json', 'input_json'] : [String(block['type']), String(block['type'])];
    const json = JSON.stringify(block['input']);
    const whole = isTool ? (json === '{}' ? '' : json) : String(block[key]);
    return [
      { type: 'content_block_start', index, content_block: isTool ? { ...block, input: {} } : { ...block, [key]: '' } },
      { type: 'ping' },
      ...pieces(whole, at).map((piece) => ({
        type: 'content_block_delta',
        index,
        delta: { type: `${kind}_delta`, [key]: piece },
      })),
      { type: 'content_block_stop', index },
    ];
  });
  return [
    { type: 'message_start', message: { ...answer, content: [], usage: { ...usage, output_tokens: 1 } } },
    ...blocks,
    {
      type: 'message_delta',
      delta: { stop_reason: answer['stop_reason'] },
      usage: { output_tokens: usage['output_tokens'] },
    },
    { type: 'message_stop' },
  ];
}

/** A whole completion from its chunks, as a client puts it together. */
function completionOf(chunks: readonly Json[]): unknown {
  const calls: { id: unknown; name: unknown; arguments: string }[] = [];
  let content = '';
  let reasoning = '';
  let finish: unknown;
  for (const choice of chunks.flatMap((chunk) => records(chunk['choices']))) {
    const delta = record(choice['delta']) ?? {};
    content += str(delta['content']);
    reasoning += str(delta['reasoning_content']);
    finish = choice['finish_reason'] ?? finish;
    for (const { index, id, function: fn } of records(delta['tool_calls'])) {
      const call = (calls[Number(index)] ??= { id, name: record(fn)?.['name'], arguments: '' });
      call.arguments += str(record(fn)?.['arguments']);
    }
  }
  return {
    content,
    reasoning,
    finish,
    calls: calls.map((call) => ({ ...call, arguments: parseRecord(call.arguments) })),
  };
}

function wholeCompletion(completion: Json | undefined): unknown {
  const choice = records(completion?.['choices'])[0];
  const said = record(choice?.['message']) ?? {};
  return {
    content: said['content'] ?? '',
    reasoning: said['reasoning_content'] ?? '',
    finish: choice?.['finish_reason'],
    calls: records(said['tool_calls']).map(({ id, function: fn }) => ({
      id,
      name: record(fn)?.['name'],
      arguments: parseRecord(String(record(fn)?.['arguments'])),
    })),
  };
}

describe('CompletionStream', () => {
  it('says in pieces what the translation of the whole message says, however the bytes are cut', () => {
    fc.assert(
      fc.property(message, cuts, cuts, fc.constantFrom('\n', '\r\n', '\r'), (answer, inText, inBytes, lineEnd) => {
        const stream = sse(messageEvents(answer, inText), true, lineEnd);
        const said = run(new CompletionStream({ includeUsage: true, created: CREATED }), stream, inBytes);
        const whole = toChatCompletion(answer, CREATED);
        expect(dataOf(said).at(-1)).toBe('[DONE]');
        expect(completionOf(jsonOf(said))).toEqual(wholeCompletion(whole));
        expect(jsonOf(said).at(-2)?.['usage']).toEqual(whole?.['usage']);
      }),
      { numRuns: 150 },
    );
  });

  it('says no end where the provider said none, and passes its error on', () => {
    const translator = new CompletionStream({ includeUsage: true, created: CREATED });
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(translator.push(Buffer.from(sse([error], true)))).toContain('"message":"Overloaded"');
    expect(translator.end()).toBe('');
  });

  it('has no usage event unless it was asked for', () => {
    const stream = sse(messageEvents({ content: [], usage: { input_tokens: 1, output_tokens: 1 } }, [1]), true);
    expect(run(new CompletionStream({ includeUsage: false, created: CREATED }), stream, [99])).not.toContain('usage');
  });
});

const completion = fc
  .record({
    content: fc.option(text),
    calls: fc.array(fc.record({ id: fc.uuid(), name: toolName, input }), { maxLength: 3 }),
    finish: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter'),
    prompt: tokens,
    cached: tokens,
    output: tokens,
  })
  .map(({ content, calls, finish, prompt, cached, output }): Json => ({
    id: 'chatcmpl-1',
    model: 'gpt',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content,
          tool_calls: calls.map(({ id, name, input: value }) => ({
            id,
            type: 'function',
            function: { name, arguments: JSON.stringify(value) },
          })),
        },
        finish_reason: finish,
      },
    ],
    usage: {
      prompt_tokens: prompt + cached,
      completion_tokens: output,
      prompt_tokens_details: { cached_tokens: cached },
    },
  }));

/** The chunks of a completion; arguments of several calls come mixed. */
function chunksOf(answer: Json, at: readonly number[]): Json[] {
  const choice = records(answer['choices'])[0] ?? {};
  const said = record(choice['message']) ?? {};
  const { id, model } = answer;
  const chunk = (delta: Json, finish_reason: unknown = null): Json => ({
    id,
    model,
    choices: [{ index: 0, delta, finish_reason }],
    usage: null,
  });
  const calls = records(said['tool_calls']).map((call, index) => {
    const fn = record(call['function']) ?? {};
    return {
      head: { index, ...call, function: { ...fn, arguments: '' } },
      rest: pieces(String(fn['arguments']), at).map((piece) => ({ index, function: { arguments: piece } })),
    };
  });
  const longest = Math.max(0, ...calls.map(({ rest }) => rest.length));
  const mixed = Array.from({ length: longest }, (_, i) => calls.flatMap(({ rest }) => rest[i] ?? [])).flat();
  return [
    chunk({ role: 'assistant', content: '' }),
    ...pieces(str(said['content']), at).map((content) => chunk({ content })),
    ...[...calls.map(({ head }) => head), ...mixed].map((call) => chunk({ tool_calls: [call] })),
    chunk({}, choice['finish_reason']),
    { id, model, choices: [], usage: answer['usage'] },
  ];
}

/** A whole message from its events, as a client puts it together. */
function messageOf(events: readonly Json[]): Json {
  const blocks: Json[] = [];
  let message: Json = {};
  for (const event of events) {
    const index = Number(event['index']);
    const delta = record(event['delta']) ?? {};
    if (event['type'] === 'message_start') message = { ...record(event['message']) };
    if (event['type'] === 'content_block_start') blocks[index] = { ...record(event['content_block']), json: '' };
    const block = blocks[index];
    if (event['type'] === 'content_block_delta' && block) {
      if (block['type'] === 'text') block['text'] = `${String(block['text'])}${String(delta['text'])}`;
      else block['json'] = `${String(block['json'])}${String(delta['partial_json'])}`;
    }
    if (event['type'] === 'message_delta') message = { ...message, ...delta, usage: event['usage'] };
  }
  const content = blocks.map(({ json, ...block }) =>
    block['type'] === 'text' ? block : { ...block, input: parseRecord(String(json)) ?? {} },
  );
  return { ...message, content };
}

describe('MessageStream', () => {
  it('says in pieces what the translation of the whole completion says, however the bytes are cut', () => {
    fc.assert(
      fc.property(completion, cuts, cuts, (answer, inText, inBytes) => {
        const stream = `${sse(chunksOf(answer, inText), false)}data: [DONE]\n\n`;
        const events = jsonOf(run(new MessageStream(), stream, inBytes));
        expect(messageOf(events)).toEqual(toMessage(answer));
        const starts = events.filter(({ type }) => type === 'content_block_start').map(({ index }) => index);
        const stops = events.filter(({ type }) => type === 'content_block_stop').map(({ index }) => index);
        expect(new Set(stops)).toEqual(new Set(starts));
        expect(events.at(-1)).toEqual({ type: 'message_stop' });
      }),
      { numRuns: 150 },
    );
  });

  it('says no end where the provider said none, and passes its error on', () => {
    const translator = new MessageStream();
    const said = translator.push(Buffer.from('data: {"error":{"message":"No more"}}\n\n'));
    expect(said).toMatch(/^event: error\n/);
    expect(said).toContain('"message":"No more"');
    expect(translator.end()).toBe('');
  });
});

it('gives up on an event that never ends', () => {
  const decoder = new EventDecoder();
  const flood = Buffer.alloc(1_024 * 1_024, 'x');
  expect(() => {
    for (let i = 0; i < 9; i += 1) decoder.push(flood);
  }).toThrow('too large');
});
