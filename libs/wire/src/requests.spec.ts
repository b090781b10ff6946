import fc from 'fast-check';
import { toChatRequest } from './chat.request.js';
import { toBlocks } from './content.js';
import { type Json, parseRecord, record, records } from './json.js';
import { toMessagesRequest } from './messages.request.js';

const toMessages = (chat: Json): Json => toMessagesRequest(chat, { model: 'claude', defaultMaxTokens: 4_096 });
const toChat = (request: Json): Json => toChatRequest(request, { model: 'gpt', limitName: 'max_tokens' });

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
const url = fc.oneof(
  fc.webUrl(),
  fc.base64String({ minLength: 4, maxLength: 40 }).map((data) => `data:image/png;base64,${data}`),
);
const part = fc.oneof(
  text.map((value) => ({ type: 'text', text: value })),
  url.map((value) => ({ type: 'image_url', image_url: { url: value } })),
);
const user = fc
  .oneof(text, fc.array(part, { minLength: 1, maxLength: 4 }))
  .map((content) => ({ role: 'user', content }));
const input = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const call = fc
  .record({ id: fc.uuid(), name: fc.stringMatching(/^[a-z_]{1,12}$/), input })
  .map(({ id, name, input: value }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(value) },
  }));

/** What an assistant says, with the results of the tools that it calls. */
const assistant = fc
  .record({
    content: fc.option(text),
    calls: fc.uniqueArray(call, { maxLength: 3, selector: ({ id }) => id }),
    result: text,
  })
  .filter(({ content, calls }) => content !== null || calls.length > 0)
  .map(({ content, calls, result }): Json[] => [
    { role: 'assistant', content, ...(calls.length === 0 ? {} : { tool_calls: calls }) },
    ...calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: `${id} ${result}` })),
  ]);
const tool = fc
  .record({ name: fc.stringMatching(/^[a-z]{1,8}$/), description: text })
  .map((fn) => ({ type: 'function', function: { ...fn, parameters: { type: 'object', properties: { a: {} } } } }));
const chatRequest = fc.record({
  messages: fc
    .tuple(
      fc.option(text),
      fc.array(
        fc.oneof(
          user.map((message): Json[] => [message]),
          assistant,
        ),
        { maxLength: 6 },
      ),
    )
    .map(([system, turns]) => [...(system === null ? [] : [{ role: 'system', content: system }]), ...turns.flat()]),
  tools: fc.array(tool, { minLength: 1, maxLength: 3 }),
  tool_choice: fc.constantFrom('auto', 'none', 'required', { type: 'function', function: { name: 'f' } }),
  max_tokens: fc.integer({ min: 1, max: 9_999 }),
  stop: fc.array(text, { minLength: 1, maxLength: 3 }),
  temperature: fc.double({ min: 0, max: 1, noNaN: true }),
  user: text,
});

/** The same conversation whatever way its parts are written down. */
function meaning(chat: Json): unknown {
  return records(chat['messages']).map((message) => ({
    role: message['role'],
    content: toBlocks(message['content'], ''),
    result: message['tool_call_id'],
    calls: records(message['tool_calls']).map(({ id, function: called }) => [
      id,
      record(called)?.['name'],
      parseRecord(String(record(called)?.['arguments'])),
    ]),
  }));
}

it('keeps text, tools, images and roles of a chat request through a messages request and back', () => {
  fc.assert(
    fc.property(chatRequest, (chat) => {
      const back = toChat(toMessages(chat));
      expect(meaning(back)).toEqual(meaning(chat));
      const { messages: _sent, ...settings } = chat;
      expect(back).toMatchObject(settings);
    }),
    { numRuns: 200 },
  );
});

describe('toMessagesRequest', () => {
  const ask = (more: Json): Json => toMessages({ messages: [{ role: 'user', content: 'Hi' }], ...more });

  it('puts all results of a turn into one message, and a limit where there is none', () => {
    const result = (id: string): Json => ({ role: 'tool', tool_call_id: id, content: id });
    const request = ask({ messages: [result('a'), result('b'), { role: 'user', content: 'Go on' }] });
    expect(request['max_tokens']).toBe(4_096);
    expect(request['messages']).toEqual([
      {
        role: 'user',
        content: ['a', 'b'].map((id) => ({
          type: 'tool_result',
          tool_use_id: id,
          content: [{ type: 'text', text: id }],
        })),
      },
      { role: 'user', content: [{ type: 'text', text: 'Go on' }] },
    ]);
  });

  it('takes a picture out of its data URL, and leaves an address an address', () => {
    const urls = ['data:image/png;base64,AAAA', 'https://example.com/a.png'];
    const content = urls.map((url) => ({ type: 'image_url', image_url: { url } }));
    expect(records(ask({ messages: [{ role: 'user', content }] })['messages'])[0]?.['content']).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ]);
  });

  it('keeps marks for the cache, forbids parallel calls, and asks for JSON by its schema', () => {
    const schema = { type: 'object' };
    const cache_control = { type: 'ephemeral' };
    const request = ask({
      messages: [{ role: 'developer', content: [{ type: 'text', text: 'Be brief', cache_control }] }],
      tools: [{ type: 'function', function: { name: 'f' } }],
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
      temperature: 1.7,
    });
    expect(request).toMatchObject({
      system: [{ type: 'text', text: 'Be brief', cache_control }],
      tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      output_config: { format: { type: 'json_schema', schema } },
      temperature: 1,
    });
  });

  it.each([
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ response_format: { type: 'json_object' } }, 'response_format'],
    [{ tools: [{ type: 'web_search' }] }, 'tools[0]'],
    [{ messages: [{ role: 'user', content: [{ type: 'input_audio' }] }] }, 'messages[0].content[0]'],
    [{ messages: [{ role: 'function', content: 'x' }] }, 'messages[0]'],
  ])('refuses %j, which it cannot say', (more, param) => {
    expect(() => ask(more)).toThrow(expect.objectContaining({ code: 'request_untranslatable', param }) as Error);
  });
});

describe('toChatRequest', () => {
  it('gives pictures within a result after it, and asks a stream for its usage', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    const content = [
      { type: 'text', text: 'Look' },
      { type: 'image', source },
    ];
    const request = toChat({
      system: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      messages: [
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm' },
            { type: 'tool_use', id: 't', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't', content },
            { type: 'text', text: 'So?' },
          ],
        },
      ],
      stream: true,
      max_tokens: 5,
    });
    expect(request).toMatchObject({ stream: true, stream_options: { include_usage: true }, max_tokens: 5 });
    expect(request['messages']).toEqual([
      { role: 'system', content: 'a\n\nb' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 't', content: 'Look' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          { type: 'text', text: 'So?' },
        ],
      },
    ]);
  });

  it.each([
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0]'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      'messages[0].content[0]',
    ],
    [{ messages: [{ role: 'assistant', content: [{ type: 'server_tool_use' }] }] }, 'messages[0].content[0]'],
  ])('refuses %j, which it cannot say', (request, param) => {
    expect(() => toChat(request)).toThrow(expect.objectContaining({ code: 'request_untranslatable', param }) as Error);
  });
});
