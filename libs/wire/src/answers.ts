import { type Json, countOf, parseRecord, record, records, stated, textOf } from './json.js';

/** Why OpenAI's models stop, in Anthropic's words. */
export function toStopReason(finishReason: unknown): string {
  return STOP_REASONS.get(finishReason) ?? 'end_turn';
}

/** Why Anthropic's models stop, in OpenAI's words. */
export function toFinishReason(stopReason: unknown): string {
  return FINISH_REASONS.get(stopReason) ?? 'stop';
}

// Maps, because a reason may be anything: one with a faulty `toString`, or a name that every object has.
const STOP_REASONS: ReadonlyMap<unknown, string> = new Map(
  Object.entries({
    stop: 'end_turn',
    length: 'max_tokens',
    tool_calls: 'tool_use',
    function_call: 'tool_use',
    content_filter: 'refusal',
  }),
);
const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map(
  Object.entries({
    end_turn: 'stop',
    stop_sequence: 'stop',
    pause_turn: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    tool_use: 'tool_calls',
    refusal: 'content_filter',
  }),
);

/**
 * The figures of Anthropic's usage that its translation reads, where they are given. What else a provider says there may
 * be of any size.
 */
export function anthropicFigures(usage: unknown): Json {
  const given = record(usage) ?? {};
  const { input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens } = given;
  const figures = stated({ input_tokens, cache_creation_input_tokens, cache_read_input_tokens, output_tokens });
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, countOf(value)]));
}

/** OpenAI's usage in Anthropic's figures, where what came from the cache is not counted as input again. */
export function toAnthropicUsage(usage: Json | undefined): Json {
  const details = record(usage?.['prompt_tokens_details']);
  const prompt = countOf(usage?.['prompt_tokens']);
  const read = Math.min(countOf(details?.['cached_tokens']), prompt);
  const wrote = Math.min(countOf(details?.['cache_write_tokens'] ?? details?.['cache_creation_tokens']), prompt - read);
  return {
    input_tokens: prompt - read - wrote,
    cache_creation_input_tokens: wrote,
    cache_read_input_tokens: read,
    output_tokens: countOf(usage?.['completion_tokens']),
  };
}

/** Anthropic's usage in OpenAI's figures, where the cache's share is a part of the prompt. */
export function toOpenAiUsage(usage: Json | undefined): Json {
  const read = countOf(usage?.['cache_read_input_tokens']);
  const wrote = countOf(usage?.['cache_creation_input_tokens']);
  const prompt = countOf(usage?.['input_tokens']) + read + wrote;
  const completion = countOf(usage?.['output_tokens']);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: read, cache_write_tokens: wrote },
  };
}

/** A chat completion as a message; undefined where it is none. Its first choice counts. */
export function toMessage(completion: Json): Json | undefined {
  const choice = records(completion['choices'])[0];
  const message = record(choice?.['message']);
  if (message === undefined) return undefined;
  const text = `${textOf(message['content']) ?? ''}${textOf(message['refusal']) ?? ''}`;
  return {
    id: completion['id'],
    type: 'message',
    role: 'assistant',
    model: completion['model'],
    content: [...(text === '' ? [] : [{ type: 'text', text }]), ...records(message['tool_calls']).map(toolUse)],
    stop_reason: toStopReason(choice?.['finish_reason']),
    stop_sequence: null,
    usage: toAnthropicUsage(record(completion['usage'])),
  };
}

function toolUse(call: Json, index: number): Json {
  const { name, arguments: json } = record(call['function']) ?? {};
  // What was cut off within the arguments is no object any more.
  const input = parseRecord(textOf(json) ?? '{}') ?? {};
  return { type: 'tool_use', id: toolId(call['id'], index), name, input };
}

/** Some servers give calls no id, but the result has to name one. */
export function toolId(id: unknown, index: number): string {
  return textOf(id) ?? `call_${index}`;
}

/**
 * A message as a chat completion; undefined where it is none. Thoughts become `reasoning_content`, as several providers
 * of the format have it.
 *
 * @param created Unix seconds
 */
export function toChatCompletion(message: Json, created: number): Json | undefined {
  if (message['type'] !== 'message' || !Array.isArray(message['content'])) return undefined;
  const blocks = records(message['content']);
  const content = joined(blocks, 'text');
  const thoughts = joined(blocks, 'thinking');
  const calls = blocks.filter(({ type }) => type === 'tool_use');
  return {
    id: message['id'],
    object: 'chat.completion',
    created,
    model: message['model'],
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' && calls.length > 0 ? null : content,
          refusal: null,
          ...(thoughts === '' ? {} : { reasoning_content: thoughts }),
          ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCall) }),
        },
        logprobs: null,
        finish_reason: toFinishReason(message['stop_reason']),
      },
    ],
    usage: toOpenAiUsage(record(message['usage'])),
  };
}

function toolCall({ id, name, input }: Json): Json {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input ?? {}) } };
}

function joined(blocks: readonly Json[], kind: 'text' | 'thinking'): string {
  return blocks.map((block) => (block['type'] === kind ? (textOf(block[kind]) ?? '') : '')).join('');
}
