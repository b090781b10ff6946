import type { IncomingHttpHeaders } from 'node:http';
import { type GeneratedText, misreports, parseObject, type StreamObserver, type UpstreamUsage } from '#libs/upstream';
import type { StreamTranslator } from '#libs/wire';
import type { ResolvedModel } from '../models/model.catalog.js';
import type { ProviderTarget } from '../providers/upstream.pool.js';
import { type Dialect, headersFor, type HeardAnswer } from './dialect.js';
import type { WireFormat } from './operations.js';
import type { Units } from './units.js';

type Json = Record<string, unknown>;

/** All that differs between the one translation and the other. */
export interface Translation {
  /** What the provider speaks. */
  readonly format: WireFormat;
  readonly path: string;
  request(model: ResolvedModel): Json;
  /** Undefined where the answer is none of the provider's format. */
  answer(json: Json): Json | undefined;
  error(json: Json | undefined, status: number): Json;
  stream(): StreamTranslator;
  usageOf(json: Json): UpstreamUsage | undefined;
  textOf(json: Json): GeneratedText;
  observer(): StreamObserver;
}

/** Caller and provider speak different formats: what is said is translated, what is metered is what the provider says. */
export class TranslatedDialect implements Dialect {
  readonly path: string;
  readonly free = false;

  constructor(private readonly translation: Translation) {
    this.path = translation.path;
  }

  body(model: ResolvedModel): Buffer {
    return encode(this.translation.request(model));
  }

  headers(incoming: IncomingHttpHeaders, requestId: string, target: ProviderTarget): Record<string, string> {
    // Versions and previews that the caller asks for are those of its own format.
    const { accept } = incoming;
    const common = { 'content-type': 'application/json', ...(accept === undefined ? {} : { accept }) };
    return headersFor(this.translation.format, common, requestId, target);
  }

  hear(body: Buffer): HeardAnswer {
    const json = parse(body);
    if (json === undefined) return { body: undefined, usage: undefined, badUsage: false, units: {} };
    const answer = this.translation.answer(json);
    const usage = this.translation.usageOf(json);
    return {
      body: answer && encode(answer),
      usage,
      badUsage: usage === undefined && misreports(json['usage']),
      // Only what the provider did not count is counted here.
      said: usage === undefined ? this.translation.textOf(json) : undefined,
      units: {},
      model: nameIn(json),
    };
  }

  hearError(body: Buffer, status: number): Buffer {
    return encode(this.translation.error(parse(body), status));
  }

  observe(): StreamObserver {
    return new TranslatedStream(this.translation.observer(), this.translation.stream());
  }

  streamedUnits(): Units {
    return {};
  }
}

/** Meters the provider's stream and gives the caller its translation. */
class TranslatedStream implements StreamObserver {
  constructor(
    private readonly observer: StreamObserver,
    private readonly translator: StreamTranslator,
  ) {}

  get usage(): UpstreamUsage | undefined {
    return this.observer.usage;
  }

  get badUsage(): boolean {
    return this.observer.badUsage === true;
  }

  get model(): string | undefined {
    return this.observer.model;
  }

  get prompt(): UpstreamUsage | undefined {
    return this.observer.prompt;
  }

  get whole(): boolean {
    return this.observer.whole;
  }

  get error(): string | undefined {
    return this.observer.error;
  }

  get said(): GeneratedText | undefined {
    return this.observer.said;
  }

  push(chunk: Buffer): Buffer | undefined {
    this.observer.push(chunk);
    const said = this.translator.push(chunk);
    return said === '' ? undefined : Buffer.from(said);
  }

  end(): Buffer | undefined {
    this.observer.end();
    const said = this.translator.end();
    return said === '' ? undefined : Buffer.from(said);
  }
}

function nameIn({ model }: Json): string | undefined {
  return typeof model === 'string' ? model : undefined;
}

function encode(json: Json): Buffer {
  return Buffer.from(JSON.stringify(json));
}

function parse(body: Buffer): Json | undefined {
  return parseObject(body.toString('utf8'));
}
