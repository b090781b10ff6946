import { hostedWork, unpricedWork } from './hosted.work.js';
import { readCall } from './incoming.call.js';
import type { Operation } from './operations.js';

const read = (operation: Operation, more: object, toolCalls?: number) => {
  const body = Buffer.from(JSON.stringify({ model: 'm', ...more }));
  return readCall(operation, { body, headers: { 'content-type': 'application/json' } }, { toolCalls });
};
const refusalOf = (operation: Operation, more: object, perSearch: bigint | null = 1n) =>
  unpricedWork(hostedWork(read(operation, more)), { perSearch });

describe('what a provider does beside the model', () => {
  it.each<[Operation, object]>([
    ['chat.completions', {}],
    ['chat.completions', { tools: [{ type: 'function', function: { name: 'web_search' } }] }],
    ['chat.completions', { tools: 'none', web_search_options: null, search_parameters: { mode: 'off' } }],
    [
      'messages',
      {
        tools: [
          { name: 'a', input_schema: {} },
          { type: 'custom', name: 'b' },
          { type: null, name: 'c', input_schema: {} },
        ],
        mcp_servers: [],
      },
    ],
    [
      'messages',
      { tools: [{ type: 'bash_20250124' }, { type: 'text_editor_20250728' }, { type: 'computer_20250124' }] },
    ],
    [
      'responses',
      { tools: [{ type: 'local_shell' }, { type: 'shell' }, { type: 'shell', environment: { type: 'local' } }] },
    ],
    ['responses', { tools: [{ type: 'namespace', tools: [{ type: 'function' }] }], enable_search: false }],
    ['messages', { context_management: { edits: [{ type: 'clear_tool_uses_20250919' }] } }],
    ['messages', { context_management: null }],
  ])('is nothing for %s with %j', (operation, more) => {
    expect(hostedWork(read(operation, more))).toEqual({ rounds: 0, searches: 0, refused: undefined });
  });

  it.each<[Operation, object, rounds: number, searches: number]>([
    ['messages', { tools: [{ type: 'web_search_20250305', max_uses: 5 }] }, 5, 5],
    [
      'messages',
      {
        tools: [
          { type: 'web_search_20250305', max_uses: 5 },
          { type: 'web_fetch_20250910', max_uses: 2 },
        ],
      },
      7,
      5,
    ],
    ['responses', { max_tool_calls: 4, tools: [{ type: 'web_search' }, { type: 'web_search_preview' }] }, 4, 4],
    ['responses', { max_tool_calls: 4, tools: [{ type: 'web_search_2025_08_26' }, { type: 'mcp' }] }, 4, 4],
    ['responses', { max_tool_calls: 4, tools: [{ type: 'mcp' }] }, 4, 0],
    ['chat.completions', { web_search_options: {} }, 10, 10],
  ])('is bounded for %s with %j', (operation, more, rounds, searches) => {
    expect(hostedWork(read(operation, more))).toEqual({ rounds, searches, refused: undefined });
    expect(refusalOf(operation, more)).toBeUndefined();
    expect(refusalOf(operation, more, null) !== undefined).toBe(searches > 0);
  });

  it.each<[Operation, object, addedLimit: number | undefined]>([
    ['responses', { tools: [{ type: 'web_search' }] }, 3],
    ['responses', { tools: [{ type: 'mcp' }, { type: 'web_search' }], max_tool_calls: null }, 3],
    ['responses', { tools: [{ type: 'web_search' }], max_tool_calls: 9 }, undefined],
    ['responses', { tools: [{ type: 'web_search' }], max_tool_calls: 0 }, undefined],
    ['responses', { tools: [{ type: 'function' }] }, undefined],
    ['messages', { tools: [{ type: 'web_search_20250305' }] }, undefined],
  ])('is given the limit of the operator where a response has none: %s with %j', (operation, more, addedLimit) => {
    const work = hostedWork(read(operation, more, 3));
    expect(work.addedLimit).toBe(addedLimit);
    if (addedLimit !== undefined) expect(work).toMatchObject({ rounds: 3, searches: 3, refused: undefined });
  });

  it.each<[Operation, object, param: string]>([
    ['messages', { tools: [{ name: 'a' }, { type: 'web_search_20250305' }] }, 'tools[1]'],
    ['messages', { tools: [{ type: 'web_search_20250305', max_uses: 0 }] }, 'tools[0]'],
    ['messages', { max_tool_calls: 3, tools: [{ type: 'web_search_20250305' }] }, 'tools[0]'],
    ['messages', { tools: [{ type: 'code_execution_20250825', max_uses: 1 }] }, 'tools[0]'],
    ['messages', { mcp_servers: [{ url: 'https://example.com' }] }, 'mcp_servers'],
    ['responses', { tools: [{ type: 'web_search' }] }, 'tools[0]'],
    ['responses', { tools: [{ type: 'web_search', max_uses: 1 }] }, 'tools[0]'],
    ['chat.completions', { tools: [{ type: 'web_search_20250305', max_uses: 1 }] }, 'tools[0]'],
    [
      'responses',
      { max_tool_calls: 1, tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] },
      'tools[0]',
    ],
    ['responses', { max_tool_calls: 1, tools: [{ type: 'image_generation' }] }, 'tools[0]'],
    [
      'responses',
      { max_tool_calls: 1, tools: [{ type: 'shell', environment: { type: 'container_auto' } }] },
      'tools[0]',
    ],
    ['responses', { max_tool_calls: 1, tools: [{ type: 7 }] }, 'tools[0]'],
    ['responses', { tools: [{ type: 'namespace', tools: [{ type: 'mcp' }] }] }, 'tools[0].tools[0]'],
    ['responses', { input: [{ type: 'additional_tools', tools: [{ type: 'web_search' }] }] }, 'input[0].tools[0]'],
    ['chat.completions', { tools: [{ type: 'builtin_function', function: { name: '$web_search' } }] }, 'tools[0]'],
    ['chat.completions', { tools: [{ googleSearch: {} }] }, 'tools[0]'],
    ['chat.completions', { tools: [{ type: 'function', function: { name: 'a' }, url_context: {} }] }, 'tools[0]'],
    ['chat.completions', { search_parameters: { mode: 'auto' } }, 'search_parameters'],
    ['chat.completions', { enable_search: true }, 'enable_search'],
    ['messages', { context_management: { edits: [{ type: 'compact_20260112' }] } }, 'context_management'],
    ['responses', { context_management: [{ type: 'compaction' }] }, 'context_management'],
  ])('is refused where it has no price or no end: %s with %j', (operation, more, param) => {
    expect(refusalOf(operation, more)).toMatchObject({
      code: 'hosted_tool_not_allowed',
      kind: 'invalid',
      param,
      message: expect.stringContaining(param) as string,
    });
  });
});
