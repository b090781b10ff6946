import {
  AnthropicObserver,
  anthropicUsageOf,
  eachAnthropicText,
  eachGeneratedText,
  GeneratedText,
  SseObserver,
  usageOf,
} from '#libs/upstream';
import {
  CompletionStream,
  MessageStream,
  toAnthropicError,
  toChatCompletion,
  toChatRequest,
  toMessage,
  toMessagesRequest,
  toOpenAiError,
} from '#libs/wire';
import type { ProviderTarget } from '../providers/upstream.pool.js';
import type { IncomingCall } from './incoming.call.js';
import { OPERATIONS } from './operations.js';
import type { Translation } from './translated.dialect.js';

/** What an answer may have where neither the caller nor the catalogue says how much. */
const DEFAULT_MAX_TOKENS = 4_096;
/** The one server of its format that refuses the old name of the limit. */
const OPENAI_HOST = 'api.openai.com';

/** A caller of chat completions, a provider of messages. */
export function chatOverMessages({ request }: IncomingCall): Translation {
  // One moment for all chunks of an answer.
  const created = Math.floor(Date.now() / 1_000);
  return {
    format: 'anthropic',
    path: OPERATIONS.messages.path,
    request: (model) =>
      toMessagesRequest(request.json, {
        model: model.upstreamName,
        defaultMaxTokens: model.maxOutputTokens ?? DEFAULT_MAX_TOKENS,
      }),
    answer: (json) => toChatCompletion(json, created),
    error: toOpenAiError,
    stream: () => new CompletionStream({ includeUsage: request.includeUsage, created }),
    usageOf: (json) => anthropicUsageOf(json['usage']),
    textOf: (json) => GeneratedText.by((add) => eachAnthropicText(json['content'], add)),
    observer: () => new AnthropicObserver(),
  };
}

/** A caller of messages, a provider of chat completions. */
export function messagesOverChat({ request }: IncomingCall, { baseUrl }: ProviderTarget): Translation {
  const limitName = new URL(baseUrl).hostname === OPENAI_HOST ? 'max_completion_tokens' : 'max_tokens';
  return {
    format: 'openai',
    path: OPERATIONS['chat.completions'].path,
    request: (model) => toChatRequest(request.json, { model: model.upstreamName, limitName }),
    answer: toMessage,
    error: toAnthropicError,
    stream: () => new MessageStream(),
    usageOf,
    textOf: (json) => GeneratedText.by((add) => eachGeneratedText(json, add)),
    observer: () => new SseObserver(),
  };
}
