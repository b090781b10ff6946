import { toBlocks } from './content.js';
import { type Json, parseRecord, record, records, stated, textOf } from './json.js';
import { toAnthropicChoice, toAnthropicTools } from './tools.js';
import { untranslatable } from './wire.errors.js';

export interface MessagesRequestOptions {
  /** The name that the provider knows the model by. */
  readonly model: string;
  /** Anthropic's format wants a limit; this one stands in where the caller sets none. */
  readonly defaultMaxTokens: number;
}

/**
 * A request of OpenAI's chat completions as one of Anthropic's messages. Sampling hints that Anthropic's models do not
 * know (penalties, seed, logit bias) are left out; what would change the meaning of the answer is refused.
 *
 * @throws DomainError `request_untranslatable` with the path of what cannot be said
 */
export function toMessagesRequest(chat: Json, { model, defaultMaxTokens }: MessagesRequestOptions): Json {
  refuseForeign(chat);
  const { temperature, stop, tool_choice, user } = chat;
  const tools = toAnthropicTools(chat['tools']);
  return stated({
    model,
    max_tokens: chat['max_completion_tokens'] ?? chat['max_tokens'] ?? defaultMaxTokens,
    ...conversation(records(chat['messages'])),
    tools,
    tool_choice: tools === undefined ? undefined : toAnthropicChoice(tool_choice, chat['parallel_tool_calls']),
    // One scale ends at 2, the other at 1.
    temperature: typeof temperature === 'number' ? Math.min(temperature, 1) : undefined,
    top_p: chat['top_p'],
    top_k: chat['top_k'],
    stop_sequences: typeof stop === 'string' ? [stop] : stop,
    stream: chat['stream'] === true ? true : undefined,
    metadata: textOf(user) === undefined ? undefined : { user_id: user },
    thinking: chat['thinking'],
    output_config: outputConfig(record(chat['response_format'])),
  });
}

function refuseForeign(chat: Json): void {
  if (typeof chat['n'] === 'number' && chat['n'] > 1) throw untranslatable('n', 'More than one choice');
  if (chat['logprobs'] === true) throw untranslatable('logprobs', 'A wish for log probabilities');
  for (const param of ['audio', 'functions', 'function_call', 'web_search_options']) {
    if (chat[param] !== undefined && chat[param] !== null) throw untranslatable(param, `"${param}"`);
  }
}

function outputConfig(format: Json | undefined): Json | undefined {
  if (format === undefined || format['type'] === 'text') return undefined;
  const schema = record(record(format['json_schema'])?.['schema']);
  if (format['type'] !== 'json_schema' || schema === undefined) {
    throw untranslatable('response_format', 'JSON without a schema');
  }
  return { format: { type: 'json_schema', schema } };
}

function conversation(messages: readonly Json[]): { system?: Json[]; messages: Json[] } {
  const system: Json[] = [];
  const turns: Json[] = [];
  for (const [index, message] of messages.entries()) {
    const path = `messages[${index}]`;
    if (message['role'] === 'system' || message['role'] === 'developer') {
      system.push(...toBlocks(message['content'], `${path}.content`));
    } else {
      addTurn(turns, message, path);
    }
  }
  return system.length === 0 ? { messages: turns } : { system, messages: turns };
}

function addTurn(turns: Json[], message: Json, path: string): void {
  switch (message['role']) {
    case 'user':
      return push(turns, 'user', toBlocks(message['content'], `${path}.content`));
    case 'assistant':
      return push(turns, 'assistant', assistantBlocks(message, path));
    case 'tool':
      return addToolResult(turns, message, path);
    default:
      throw untranslatable(path, `A message of the role ${JSON.stringify(message['role'] ?? null)}`);
  }
}

/** A turn that says nothing is refused by the one format and means nothing in the other. */
function push(turns: Json[], role: 'user' | 'assistant', content: Json[]): void {
  if (content.length > 0) turns.push({ role, content });
}

function assistantBlocks(message: Json, path: string): Json[] {
  const refusal = textOf(message['refusal']);
  return [
    ...toBlocks(message['content'], `${path}.content`),
    ...(refusal === undefined ? [] : [{ type: 'text', text: refusal }]),
    ...records(message['tool_calls']).map((call, index) => toolUse(call, `${path}.tool_calls[${index}]`)),
  ];
}

function toolUse(call: Json, path: string): Json {
  const { name, arguments: json } = record(call['function']) ?? {};
  const input = parseRecord(textOf(json) ?? '{}');
  if (input === undefined) throw untranslatable(`${path}.function.arguments`, 'A tool call that is not a JSON object');
  return { type: 'tool_use', id: call['id'], name, input };
}

/** All results of one turn belong into one message. */
function addToolResult(turns: Json[], message: Json, path: string): void {
  const content = toBlocks(message['content'], `${path}.content`);
  const result = { type: 'tool_result', tool_use_id: message['tool_call_id'], content };
  const last = turns.at(-1);
  const blocks = records(last?.['content']);
  if (last?.['role'] === 'user' && blocks.every(({ type }) => type === 'tool_result')) {
    last['content'] = [...blocks, result];
  } else {
    turns.push({ role: 'user', content: [result] });
  }
}
