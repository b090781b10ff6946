import { asObject } from './request-text.js';
import { errorReply, usageFor } from './simulated-answer.js';
import type { SimulatedModel } from './simulated-model.js';
import type { WireReply } from './wire.server.js';

const CHATS = new Set(['/v1/chat/completions', '/v1/completions', '/v1/responses', '/v1/messages']);
const TAKE_MESSAGES = new Set(['/v1/chat/completions', '/v1/messages']);

/** What a real provider would not answer: no conversation, a model that is for something else, more than it can read. */
export function refusalOf(path: string, json: Record<string, unknown>, model: SimulatedModel): WireReply | undefined {
  if (TAKE_MESSAGES.has(path) && !areMessages(json['messages'])) {
    return errorReply(400, 'invalid_messages', "'messages' must be a list of at least one object with a 'role'");
  }
  if (path === '/v1/embeddings' && model.mode !== 'embedding') {
    return errorReply(400, 'unsupported_model', 'This model does not make embeddings');
  }
  if (!CHATS.has(path)) return undefined;
  if (model.mode !== 'chat') return errorReply(400, 'unsupported_model', 'This is not a chat model');
  const { prompt_tokens } = usageFor(json, 0);
  if (prompt_tokens <= model.maxInputTokens) return undefined;
  const message = `This model's maximum context length is ${model.maxInputTokens} tokens, and the prompt has ${prompt_tokens}`;
  return errorReply(400, 'context_length_exceeded', message);
}

function areMessages(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof asObject(each)?.['role'] === 'string')
  );
}
