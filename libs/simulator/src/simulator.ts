import { asObject, lastUserText } from './request-text.js';
import { readScript } from './scripted-failure.js';
import { completionReply, embeddingReply, errorReply, jsonReply } from './simulated-answer.js';
import type { AnswerOptions } from './simulated-answer.js';
import {
  echoReply,
  imageReply,
  moderationReply,
  rankingReply,
  speechReply,
  transcriptionReply,
} from './simulated-media.js';
import { messageReply, tokenCountReply } from './simulated-message.js';
import { refusalOf } from './simulated-refusal.js';
import { responseReply } from './simulated-response.js';
import { DEFAULT_MODELS, liteLlmInfo, openAiList } from './simulated-model.js';
import type { SimulatedModel } from './simulated-model.js';
import { WireServer } from './wire.server.js';
import type { ReceivedRequest, WireReply } from './wire.server.js';

export interface SimulatorOptions {
  /** Default 0: a free port. */
  port?: number;
  models?: readonly SimulatedModel[];
  /** Between two chunks of a stream. Default 20 ms, about the pace of a fast model. */
  chunkDelayMs?: number;
  /** When given, requests must carry it as `Authorization: Bearer`. */
  apiKey?: string;
}

/**
 * A provider for those who have none: a real HTTP server on loopback in the wire formats of OpenAI and of Anthropic,
 * whose answers say that they are simulated and whose usage is true by its own count.
 *
 * Serves `GET /v1/models`, LiteLLM's `GET /model/info`, and by POST `/v1/chat/completions`, `/v1/completions`,
 * `/v1/responses`, `/v1/messages` (all plain and streamed), `/v1/messages/count_tokens`, `/v1/embeddings`,
 * `/v1/moderations`, `/v1/rerank`, `/v1/images/generations` and `/v1/audio/*`. Failures are asked for in the last user message,
 * and may be combined:
 *
 * - `[fail:429 retry-after=2]`, `[fail:500]`: an error with that status (400 to 599)
 * - `[delay:2000]`: milliseconds before the head of the answer
 * - `[reset]`, `[reset:300]`: the connection is reset before the head, or after that many bytes of the body
 * - `[hang]`: no answer at all
 * - `[no-usage]`: usage is left out
 */
export class Simulator {
  private constructor(private readonly server: WireServer) {}

  static async start(options: SimulatorOptions = {}): Promise<Simulator> {
    const models = options.models ?? DEFAULT_MODELS;
    const chunkDelayMs = options.chunkDelayMs ?? 20;
    const answer = (request: ReceivedRequest): WireReply =>
      options.apiKey !== undefined && ![`Bearer ${options.apiKey}`, options.apiKey].includes(keyIn(request))
        ? errorReply(401, 'invalid_api_key', 'Incorrect API key provided')
        : scripted(request, models, chunkDelayMs);
    return new Simulator(await WireServer.start(answer, options.port));
  }

  /** The root, without `/v1`: what `LITELLM_API_URL` takes. */
  get url(): string {
    return this.server.url;
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

/** The answer of a well-behaved provider to a request. */
export function defaultReply(
  request: ReceivedRequest,
  models: readonly SimulatedModel[],
  options: AnswerOptions = {},
): WireReply {
  const route = `${request.method} ${request.path}`;
  if (route === 'GET /v1/models' || route === 'GET /models') {
    return jsonReply(openAiList(models));
  }
  if (route === 'GET /model/info' || route === 'GET /v1/model/info') {
    return jsonReply(liteLlmInfo(models));
  }
  const json = request.method === 'POST' ? asked(request) : undefined;
  if (json === undefined) {
    return request.method === 'POST'
      ? errorReply(400, 'invalid_json', 'The body is neither a JSON object nor a form')
      : errorReply(404, 'unknown_url', `Unknown request URL: ${route}`);
  }
  if (!models.some(({ id }) => id === json['model'])) {
    return errorReply(404, 'model_not_found', 'The model does not exist');
  }
  const answer = POSTS.get(request.path);
  if (answer !== undefined) return answer(json, options);
  return ECHOED.has(request.path)
    ? echoReply(request.path, json)
    : errorReply(404, 'unknown_url', `Unknown request URL: ${route}`);
}

type Responder = (json: Record<string, unknown>, options: AnswerOptions) => WireReply;

const transcription: Responder = (json, options) =>
  transcriptionReply(Number(json['bytes']), String(json['response_format']), options);

const POSTS = new Map<string, Responder>([
  ['/v1/chat/completions', (json, options) => completionReply(json, 'chat', options)],
  ['/v1/completions', (json, options) => completionReply(json, 'text', options)],
  ['/v1/embeddings', embeddingReply],
  ['/v1/responses', responseReply],
  ['/v1/messages', messageReply],
  ['/v1/messages/count_tokens', tokenCountReply],
  ['/v1/images/generations', imageReply],
  ['/v1/audio/speech', speechReply],
  ['/v1/audio/transcriptions', transcription],
  ['/v1/audio/translations', transcription],
  ['/v1/moderations', moderationReply],
  ['/v1/rerank', rankingReply],
]);
const ECHOED = new Set(['/v1/score', '/v1/ocr', '/v1/images/edits']);

function keyIn({ headers }: ReceivedRequest): string {
  return String(headers.authorization ?? headers['x-api-key'] ?? '');
}

/** What a request asks: its JSON, or the fields of its form that matter here. */
function asked({ headers, body, json }: ReceivedRequest): Record<string, unknown> | undefined {
  if (headers['content-type']?.startsWith('multipart/form-data') !== true) return asObject(json);
  const text = body.toString('latin1');
  const field = (name: string): string | undefined =>
    new RegExp(`name="${name}"\\r\\n\\r\\n([^\\r]*)\\r\\n`).exec(text)?.[1];
  return { model: field('model'), response_format: field('response_format'), bytes: body.length };
}

function scripted(request: ReceivedRequest, models: readonly SimulatedModel[], chunkDelayMs: number): WireReply {
  const json = asObject(request.json);
  const script = readScript(json === undefined ? '' : lastUserText(json));
  const model = models.find(({ id }) => id === json?.['model']);
  const refusal = json && model ? refusalOf(request.path, json, model) : undefined;
  const options: AnswerOptions = { chunkDelayMs, usage: script.omitUsage ? 'omit' : 'true' };
  const reply = script.failure ?? refusal ?? defaultReply(request, models, options);
  return { ...reply, delayMs: script.delayMs, resetAtByte: script.resetAtByte, hang: script.hang };
}
