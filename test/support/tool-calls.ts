import type { ReceivedRequest } from '#libs/simulator';
import type { Script } from './fake-upstream.js';

const JSON_HEADERS = { 'content-type': 'application/json' };
const SSE_HEADERS = { 'content-type': 'text/event-stream' };
const ID = 'call_weather_1';
const NAME = 'weather';
const INPUT = { city: 'Málaga', days: 2 };
/** Where a provider cuts the arguments that it streams. */
const PIECES = ['{"city":"Mál', 'aga","da', 'ys":2}'];
const SAYING = 'Let me look.';

/** What every answer here says and calls. */
export const CALLED = { id: ID, name: NAME, input: INPUT, saying: SAYING };

const streams = ({ json }: ReceivedRequest): boolean => (json as { stream?: boolean }).stream === true;

/** A provider of chat completions that calls a tool, whole or as a stream, as it is asked. */
export function chatToolCall(request: ReceivedRequest): Script {
  const usage = { prompt_tokens: 30, completion_tokens: 12, total_tokens: 42 };
  const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-upstream' };
  const call = { id: ID, type: 'function', function: { name: NAME, arguments: JSON.stringify(INPUT) } };
  if (!streams(request)) {
    const message = { role: 'assistant', content: SAYING, tool_calls: [call] };
    const choices = [{ index: 0, message, finish_reason: 'tool_calls' }];
    return { headers: JSON_HEADERS, body: JSON.stringify({ ...head, object: 'chat.completion', choices, usage }) };
  }
  const chunk = (delta: object, finish_reason: string | null = null): string =>
    data({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] });
  const body = [
    chunk({ role: 'assistant', content: SAYING }),
    chunk({ tool_calls: [{ index: 0, ...call, function: { name: NAME, arguments: '' } }] }),
    ...PIECES.map((piece) => chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
    chunk({}, 'tool_calls'),
    data({ ...head, object: 'chat.completion.chunk', choices: [], usage }),
    'data: [DONE]\n\n',
  ];
  return { headers: SSE_HEADERS, body };
}

/** Anthropic calling a tool, whole or as a stream, as it is asked. */
export function messageToolCall(request: ReceivedRequest): Script {
  const usage = { input_tokens: 30, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 12 };
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-upstream', stop_sequence: null };
  const use = { type: 'tool_use', id: ID, name: NAME, input: INPUT };
  if (!streams(request)) {
    const content = [{ type: 'text', text: SAYING }, use];
    return { headers: JSON_HEADERS, body: JSON.stringify({ ...message, content, stop_reason: 'tool_use', usage }) };
  }
  const event = (type: string, more: object): string => `event: ${type}\n${data({ type, ...more })}`;
  const delta = (index: number, more: object): string => event('content_block_delta', { index, delta: more });
  const body = [
    event('message_start', {
      message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } },
    }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    delta(0, { type: 'text_delta', text: SAYING }),
    event('content_block_stop', { index: 0 }),
    event('content_block_start', { index: 1, content_block: { ...use, input: {} } }),
    ...PIECES.map((partial_json) => delta(1, { type: 'input_json_delta', partial_json })),
    event('content_block_stop', { index: 1 }),
    event('message_delta', { delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 12 } }),
    event('message_stop', {}),
  ];
  return { headers: SSE_HEADERS, body };
}

function data(json: object): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}
