import { generate, JSON_HEADERS, jsonReply, reported, SSE_HEADERS, usageFor } from './simulated-answer.js';
import type { AnswerOptions } from './simulated-answer.js';
import type { WireReply } from './wire.server.js';

/** Answers `POST /v1/messages` of Anthropic, plain or as a stream. */
export function messageReply(json: Record<string, unknown>, options: AnswerOptions = {}): WireReply {
  const { pieces, finishReason } = generate(json);
  const stop_reason = finishReason === 'length' ? 'max_tokens' : 'end_turn';
  const usage = reported(anthropicUsage(json, pieces.length), options.usage);
  const message = {
    id: 'msg_simulated',
    type: 'message',
    role: 'assistant',
    model: json['model'],
    stop_sequence: null,
  };
  if (json['stream'] !== true) {
    const content = [{ type: 'text', text: pieces.join('') }];
    return jsonReply({ ...message, content, stop_reason, usage });
  }
  const first =
    options.usage === 'omit' ? undefined : { ...anthropicUsage(json, 1), ...asUsage(usage), output_tokens: 1 };
  const body = [
    event('message_start', { message: { ...message, content: [], stop_reason: null, usage: first } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...pieces.map((text) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } })),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage }),
    event('message_stop', {}),
  ];
  return { headers: SSE_HEADERS, body, chunkDelayMs: options.chunkDelayMs };
}

/** Answers `POST /v1/messages/count_tokens` of Anthropic. */
export function tokenCountReply(json: Record<string, unknown>): WireReply {
  return jsonReply({ input_tokens: usageFor(json, 0).prompt_tokens });
}

/** An error in Anthropic's envelope. */
export function anthropicErrorReply(status: number, type: string, message: string): WireReply {
  return { status, headers: JSON_HEADERS, body: JSON.stringify({ type: 'error', error: { type, message } }) };
}

function anthropicUsage(json: Record<string, unknown>, outputTokens: number): Record<string, unknown> {
  const { prompt_tokens, completion_tokens } = usageFor(json, outputTokens);
  return {
    input_tokens: prompt_tokens,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: completion_tokens,
  };
}

function asUsage(usage: unknown): object {
  return typeof usage === 'object' && usage !== null ? usage : {};
}

function event(type: string, body: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
}
