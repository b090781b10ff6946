import { blocksOf, toParts } from './content.js';
import { type Json, record, records, stated, textOf } from './json.js';
import { toChatChoice, toChatTools } from './tools.js';
import { untranslatable } from './wire.errors.js';

export interface ChatRequestOptions {
  /** The name that the provider knows the model by. */
  readonly model: string;
  /** OpenAI's newer models refuse the old name of the limit, many other servers do not know the new one. */
  readonly limitName: 'max_tokens' | 'max_completion_tokens';
}

/** What a provider thinks to itself has no place in the other format. */
const THOUGHTS = new Set(['thinking', 'redacted_thinking']);

/**
 * A request of Anthropic's messages as one of OpenAI's chat completions. A stream always ends with its usage, since
 * Anthropic's callers are told it. Hints that change the price but not the answer (`cache_control`), thoughts of earlier
 * turns and the budget for new ones are left out.
 *
 * @throws DomainError `request_untranslatable` with the path of what cannot be said
 */
export function toChatRequest(request: Json, { model, limitName }: ChatRequestOptions): Json {
  const streams = request['stream'] === true;
  const tools = toChatTools(request['tools']);
  const { stop_sequences: stop } = request;
  return stated({
    model,
    messages: [...systemMessage(request['system']), ...records(request['messages']).flatMap(toChatMessages)],
    [limitName]: request['max_tokens'],
    tools,
    ...(tools === undefined ? {} : toChatChoice(request['tool_choice'])),
    temperature: request['temperature'],
    top_p: request['top_p'],
    stop: Array.isArray(stop) && stop.length === 0 ? undefined : stop,
    stream: streams ? true : undefined,
    stream_options: streams ? { include_usage: true } : undefined,
    user: textOf(record(request['metadata'])?.['user_id']),
    response_format: responseFormat(record(record(request['output_config'])?.['format'])),
  });
}

function responseFormat(format: Json | undefined): Json | undefined {
  return format?.['type'] === 'json_schema'
    ? { type: 'json_schema', json_schema: { name: 'answer', schema: format['schema'] } }
    : undefined;
}

function systemMessage(system: unknown): Json[] {
  const content = blocksOf(system ?? [])
    .map((block) => textOf(block['text']) ?? '')
    .filter((text) => text !== '')
    .join('\n\n');
  return content === '' ? [] : [{ role: 'system', content }];
}

function toChatMessages(message: Json, index: number): Json[] {
  const path = `messages[${index}].content`;
  const blocks = blocksOf(message['content']);
  switch (message['role']) {
    case 'assistant':
      return [assistantMessage(blocks, path)];
    case 'user':
      return userMessages(blocks, path);
    case 'system':
      return systemMessage(message['content']);
    default:
      throw untranslatable(`messages[${index}]`, `A message of the role ${JSON.stringify(message['role'] ?? null)}`);
  }
}

function assistantMessage(blocks: readonly Json[], path: string): Json {
  const texts: string[] = [];
  const calls: Json[] = [];
  for (const [index, block] of blocks.entries()) {
    const { type, id, name, input } = block;
    if (type === 'text') texts.push(textOf(block['text']) ?? '');
    else if (type === 'tool_use') {
      calls.push({ id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } });
    } else if (!THOUGHTS.has(String(type))) {
      throw untranslatable(`${path}[${index}]`, `Content of the type ${JSON.stringify(type ?? null)}`);
    }
  }
  const content = texts.join('');
  return {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

/** Results of tools are messages of their own, and come before what the person adds. */
function userMessages(blocks: readonly Json[], path: string): Json[] {
  const results = blocks.filter(({ type }) => type === 'tool_result');
  const rest = blocks.filter(({ type }) => type !== 'tool_result');
  const pictures: Json[] = [];
  const messages = results.map((result): Json => {
    const content = blocksOf(result['content'] ?? []);
    // A result is a text there; what it shows is shown right after it.
    pictures.push(...content.filter(({ type }) => type !== 'text'));
    const texts = content.map((block) => textOf(block['text']) ?? '').filter((text) => text !== '');
    return { role: 'tool', tool_call_id: result['tool_use_id'], content: texts.join('\n') };
  });
  const said = [...pictures, ...rest];
  return said.length === 0 && messages.length > 0
    ? messages
    : [...messages, { role: 'user', content: toParts(said, path) }];
}
