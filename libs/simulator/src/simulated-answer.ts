import { asObject, lastUserText, promptTexts, tokenPieces } from './request-text.js';
import type { WireReply } from './wire.server.js';

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** How `usage` is reported: as it is, not at all, or as something else in its place. */
export type UsageReport = 'true' | 'omit' | Record<string, unknown>;

export interface AnswerOptions {
  usage?: UsageReport;
  /** Between two chunks of a stream. */
  chunkDelayMs?: number;
}

/** Fixed, so that the same request gets the same bytes. */
const CREATED = 1_700_000_000;
export const JSON_HEADERS = { 'content-type': 'application/json' };
export const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
const EMBEDDING_DIMENSIONS = 8;

/** Answers `POST /v1/chat/completions` and `POST /v1/completions`, plain or as a stream. */
export function completionReply(
  json: Record<string, unknown>,
  kind: 'chat' | 'text',
  options: AnswerOptions = {},
): WireReply {
  const { pieces, finishReason } = generate(json);
  const usage = reported(usageFor(json, pieces.length), options.usage);
  if (json['stream'] !== true) {
    const text = pieces.join('');
    const choice = kind === 'chat' ? { message: { role: 'assistant', content: text } } : { text };
    const choices = [{ index: 0, ...choice, logprobs: null, finish_reason: finishReason }];
    const object = kind === 'chat' ? 'chat.completion' : 'text_completion';
    return jsonReply({ ...envelope(json, kind), object, choices, usage });
  }
  const withUsage = asObject(json['stream_options'])?.['include_usage'] === true;
  const object = kind === 'chat' ? 'chat.completion.chunk' : 'text_completion';
  const chunk = (choices: unknown[], last?: unknown) =>
    event({ ...envelope(json, kind), object, choices, ...(withUsage && { usage: last ?? null }) });
  const choiceOf = (text: string, reason: string | null, first: boolean) => ({
    index: 0,
    ...(kind === 'chat'
      ? { delta: { ...(first && { role: 'assistant' }), ...(reason === null && { content: text }) } }
      : { text }),
    finish_reason: reason,
  });
  const body = pieces.map((piece, index) => chunk([choiceOf(piece, null, index === 0)]));
  body.push(chunk([choiceOf('', finishReason, false)]));
  if (withUsage && usage !== undefined) {
    body.push(chunk([], usage));
  }
  body.push('data: [DONE]\n\n');
  return { headers: SSE_HEADERS, body, chunkDelayMs: options.chunkDelayMs };
}

/** Answers `POST /v1/embeddings` with small vectors that depend on the text alone. */
export function embeddingReply(json: Record<string, unknown>, options: AnswerOptions = {}): WireReply {
  const inputs = Array.isArray(json['input']) && typeof json['input'][0] !== 'number' ? json['input'] : [json['input']];
  const dimensions = typeof json['dimensions'] === 'number' ? json['dimensions'] : EMBEDDING_DIMENSIONS;
  const asBase64 = json['encoding_format'] === 'base64';
  const data = inputs.map((input, index) => {
    const vector = vectorOf(typeof input === 'string' ? input : JSON.stringify(input), dimensions);
    const embedding = asBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  const { prompt_tokens } = usageFor(json, 0);
  const usage = reported({ prompt_tokens, total_tokens: prompt_tokens }, options.usage);
  return jsonReply({ object: 'list', data, model: json['model'], usage });
}

/** An error in OpenAI's envelope. */
export function errorReply(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): WireReply {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  return {
    ...jsonReply({ error: { message, type, param: null, code } }),
    status,
    headers: { ...JSON_HEADERS, ...headers },
  };
}

export function jsonReply(json: unknown): WireReply {
  return { headers: JSON_HEADERS, body: JSON.stringify(json) };
}

/** Exact by the simulator's own rule: {@link tokenPieces} of every text, and three for each message. */
export function usageFor(json: Record<string, unknown>, completionTokens: number): Usage {
  const messages = Array.isArray(json['messages']) ? json['messages'].length : 0;
  const pieces = promptTexts(json).reduce((sum, text) => sum + tokenPieces(text).length, 0);
  const promptTokens = Math.max(1, pieces + 3 * messages);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** What the simulator says to a request, cut into its tokens. */
export function generate(json: Record<string, unknown>): { pieces: string[]; finishReason: 'stop' | 'length' } {
  const question = lastUserText(json).replace(/\s+/g, ' ').trim().slice(0, 200);
  const text = `This is a simulated answer; no model was called. You wrote: "${question}"`;
  const pieces = tokenPieces(text);
  const limits = [json['max_completion_tokens'], json['max_tokens']].filter((limit) => typeof limit === 'number');
  const limit = Math.max(1, Math.min(pieces.length, ...limits));
  return { pieces: pieces.slice(0, limit), finishReason: limit < pieces.length ? 'length' : 'stop' };
}

/** Usage as a script wants it: the true one, none, or another. */
export function reported(usage: object, report: UsageReport = 'true'): unknown {
  if (report === 'omit') {
    return undefined;
  }
  return report === 'true' ? usage : report;
}

function envelope(json: Record<string, unknown>, kind: 'chat' | 'text'): Record<string, unknown> {
  return { id: kind === 'chat' ? 'chatcmpl-simulated' : 'cmpl-simulated', created: CREATED, model: json['model'] };
}

function event(json: unknown): string {
  return `data: ${JSON.stringify(json)}\n\n`;
}

function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let i = 0; i < text.length; i += 1) {
    const slot = i % dimensions;
    vector[slot] = ((vector[slot] ?? 0) * 31 + text.charCodeAt(i)) % 997;
  }
  return vector.map((value) => value / 997);
}
