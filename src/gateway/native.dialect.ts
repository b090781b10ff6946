import type { IncomingHttpHeaders } from 'node:http';
import {
  answerIdOf,
  AnthropicObserver,
  anthropicUsageOf,
  askForUsage,
  eachAnthropicText,
  eachGeneratedText,
  GeneratedText,
  limitToolCalls,
  misreports,
  OpaqueObserver,
  parseObject,
  soundSeconds,
  SseObserver,
  type StreamObserver,
  type UpstreamUsage,
  usageOf,
} from '#libs/upstream';
import type { ResolvedModel } from '../models/model.catalog.js';
import type { ProviderTarget } from '../providers/upstream.pool.js';
import { natureOf } from './answer.limit.js';
import { type Dialect, headersFor, type HeardAnswer } from './dialect.js';
import type { IncomingCall } from './incoming.call.js';
import { OPERATIONS, type OperationTraits } from './operations.js';
import { type Units, unitsOf } from './units.js';

type Json = Record<string, unknown>;

/** The largest closing event of an answer that repeats itself in it. */
const LONG_END_BYTES = 8 * 1_024 * 1_024;
const LONG_END = { maxEventBytes: LONG_END_BYTES, maxHeldBytes: LONG_END_BYTES };

/** Caller and provider speak the same format: bytes pass as they are, but for the model's name. */
export class NativeDialect implements Dialect {
  readonly path: string;
  private readonly traits: OperationTraits;
  private message: AnthropicObserver | undefined;
  private events: SseObserver | undefined;
  /** What only the request tells, which is asked for as long as a stream goes on: measured once. */
  private spoken: Units | undefined;
  private seconds: number | undefined;

  constructor(private readonly call: IncomingCall) {
    this.path = call.path;
    this.traits = OPERATIONS[call.operation];
  }

  answerHere?(): Promise<Buffer>;

  get free(): boolean {
    return this.traits.free === true;
  }

  body(model: ResolvedModel): Buffer {
    const body = this.call.named(model.upstreamName);
    const { addedLimit } = this.call.hosted;
    if (addedLimit !== undefined) return limitToolCalls(body, addedLimit);
    return this.asksForUsage ? askForUsage(body) : body;
  }

  headers(incoming: IncomingHttpHeaders, requestId: string, target: ProviderTarget): Record<string, string> {
    const headers = headersFor(this.traits.format, incoming, requestId, target);
    // Whatever the caller calls it: it was read as this, so it goes on as this.
    if (!this.call.isForm) headers['content-type'] = 'application/json';
    return headers;
  }

  hear(body: Buffer): HeardAnswer {
    const { operation } = this.call;
    const json = parse(body);
    const usage = this.usage(json);
    // Speech is no text, and subtitles are: both come without JSON.
    const isText = json !== undefined || operation.startsWith('audio.tr');
    // Only what the provider did not count is counted here.
    const said = usage === undefined && isText ? textOf(json ?? { text: body.toString() }) : undefined;
    const model = typeof json?.['model'] === 'string' ? json['model'] : undefined;
    const isError = record(json?.['error']) !== undefined;
    const badUsage = usage === undefined && misreports(json?.['usage']);
    return { body, usage, badUsage, said, units: this.units(json), model, answerId: answerIdOf(json), isError };
  }

  hearError(body: Buffer): Buffer {
    return body;
  }

  observe(contentType: string): StreamObserver {
    if (!contentType.startsWith('text/event-stream')) return new OpaqueObserver();
    if (this.traits.format === 'anthropic') return (this.message = new AnthropicObserver());
    const hasLongEnd = OPERATIONS[natureOf(this.call)].longEnd === true;
    const dropUsage = this.asksForUsage && !this.call.request.includeUsage;
    return (this.events = new SseObserver(hasLongEnd ? LONG_END : { dropUsage }));
  }

  streamedUnits(): Units {
    const { message, events } = this;
    const answer = message ? saidBy(message) : { output: events?.searched, usage: events?.saidUsage };
    return this.units(answer);
  }

  /** Subtitles and plain texts do not say how long the recording was, and neither does every provider. */
  private units(answer: Json | undefined): Units {
    const { request } = this.call;
    const nature = natureOf(this.call);
    if (nature === 'audio.speech') return (this.spoken ??= unitsOf(nature, request, answer));
    const units = unitsOf(nature, request, answer);
    const { file } = request;
    if (this.traits.isSound !== true || units.audioSeconds !== undefined || file === undefined) return units;
    return { ...units, audioSeconds: (this.seconds ??= soundSeconds(file)) };
  }

  /** Of the operations whose streams say what they took only where that is asked for. */
  private get asksForUsage(): boolean {
    return this.traits.streamsUsageOnRequest === true && this.call.request.stream;
  }

  private usage(json: Json | undefined): UpstreamUsage | undefined {
    if (json === undefined) return undefined;
    if (this.traits.format === 'anthropic') return anthropicUsageOf(json['usage']);
    return usageOf(this.call.operation === 'rerank' ? rankedUsage(json) : json);
  }
}

/** What was begun counts where an answer broke off before its end said what it took, or its end left it out. */
function saidBy({ closing, searches }: AnthropicObserver): Json {
  return { usage: { server_tool_use: closing?.['server_tool_use'] ?? { web_search_requests: searches } } };
}

/** Rerankers report what they read, each in a way of its own, and write nothing. */
function rankedUsage(json: Json): Json {
  const read = record(record(json['meta'])?.['tokens'])?.['input_tokens'] ?? record(json['usage'])?.['total_tokens'];
  return read === undefined ? json : { usage: { prompt_tokens: read, completion_tokens: 0 } };
}

/** All text that a model wrote into a whole answer, whichever operation it answers. */
function textOf(json: Json): GeneratedText {
  return GeneratedText.by((add) => {
    eachGeneratedText(json, add);
    eachAnthropicText(json['content'], add);
    if (typeof json['text'] === 'string') add(json['text']);
    for (const item of Array.isArray(json['output']) ? json['output'] : []) {
      const { content, name, arguments: input } = record(item) ?? {};
      eachAnthropicText(content, add);
      for (const piece of [name, input]) if (typeof piece === 'string') add(piece);
    }
  });
}

function parse(body: Buffer): Json | undefined {
  // The first byte of a picture or of sound spares the attempt.
  if (body[0] !== 0x7b && body[0] !== 0x20 && body[0] !== 0x0a && body[0] !== 0x0d) return undefined;
  return parseObject(body.toString('utf8'));
}

function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
