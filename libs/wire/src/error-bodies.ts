import { type Json, record, textOf } from './json.js';

/** The names that both formats share; others are the caller's mistake by their nature, since only those are passed on. */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
};

/** A refusal in OpenAI's format as one in Anthropic's. */
export function toAnthropicError(body: Json | undefined, status: number): Json {
  const error = record(body?.['error']);
  const type = ANTHROPIC_TYPES[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  return { type: 'error', error: { type, message: textOf(error?.['message']) ?? 'The provider refused the request.' } };
}

/** A refusal in Anthropic's format as one in OpenAI's. */
export function toOpenAiError(body: Json | undefined): Json {
  const error = record(body?.['error']);
  const type = textOf(error?.['type']) ?? 'invalid_request_error';
  const message = textOf(error?.['message']) ?? 'The provider refused the request.';
  return { error: { message, type, param: null, code: type } };
}
