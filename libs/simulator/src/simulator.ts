import { asObject, lastUserText } from './request-text.js';
import { readScript } from './scripted-failure.js';
import { completionReply, embeddingReply, errorReply, jsonReply } from './simulated-answer.js';
import type { AnswerOptions } from './simulated-answer.js';
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
 * A provider for those who have none: a real HTTP server on loopback in OpenAI's wire format, whose answers say that
 * they are simulated and whose usage is true by its own count.
 *
 * Serves `GET /v1/models`, LiteLLM's `GET /model/info`, `POST /v1/chat/completions`, `/v1/completions` (both plain and
 * streamed, with `stream_options.include_usage`) and `/v1/embeddings`. Failures are asked for in the last user message,
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
      options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`
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
  const answer = POSTS.get(route);
  if (answer === undefined) {
    return errorReply(404, 'unknown_url', `Unknown request URL: ${route}`);
  }
  const json = asObject(request.json);
  if (json === undefined) {
    return errorReply(400, 'invalid_json', 'The body is not a JSON object');
  }
  if (!models.some(({ id }) => id === json['model'])) {
    return errorReply(404, 'model_not_found', 'The model does not exist');
  }
  return answer(json, options);
}

const POSTS = new Map<string, (json: Record<string, unknown>, options: AnswerOptions) => WireReply>([
  ['POST /v1/chat/completions', (json, options) => completionReply(json, 'chat', options)],
  ['POST /v1/completions', (json, options) => completionReply(json, 'text', options)],
  ['POST /v1/embeddings', embeddingReply],
]);

function scripted(request: ReceivedRequest, models: readonly SimulatedModel[], chunkDelayMs: number): WireReply {
  const json = asObject(request.json);
  const script = readScript(json === undefined ? '' : lastUserText(json));
  const reply =
    script.failure ?? defaultReply(request, models, { chunkDelayMs, usage: script.omitUsage ? 'omit' : 'true' });
  return { ...reply, delayMs: script.delayMs, resetAtByte: script.resetAtByte, hang: script.hang };
}
