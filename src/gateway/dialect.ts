import type { IncomingHttpHeaders } from 'node:http';
import { anthropicErrorEnvelope, errorEnvelope } from '#libs/http';
import type { DomainError } from '#libs/kernel';
import { type GeneratedText, requestHeaders, type StreamObserver, type UpstreamUsage } from '#libs/upstream';
import type { ResolvedModel } from '../models/model.catalog.js';
import type { ProviderTarget } from '../providers/upstream.pool.js';
import type { WireFormat } from './operations.js';
import type { Units } from './units.js';

/** A whole answer, understood. */
export interface HeardAnswer {
  /** What the caller gets; undefined when the provider's answer makes no sense in its own format. */
  readonly body: Buffer | undefined;
  readonly usage: UpstreamUsage | undefined;
  /** The provider named a usage that cannot be true. */
  readonly badUsage: boolean;
  /** The generated text, for counting where there is no usage. */
  readonly said?: GeneratedText | undefined;
  readonly units: Units;
  /** The model that answered, as the provider names it. */
  readonly model?: string | undefined;
  /** What the provider keeps the answer under. */
  readonly answerId?: string | undefined;
  /** It is an error, whatever its status says. */
  readonly isError?: boolean;
}

/** How one call is spoken with one provider: where it goes, what is said, and how the answer is understood. */
export interface Dialect {
  readonly path: string;
  /** Answers without the provider, where it has no such operation and none is needed. */
  answerHere?(): Promise<Buffer>;
  /** The provider asks no money for it. */
  readonly free: boolean;
  body(model: ResolvedModel): Buffer;
  headers(incoming: IncomingHttpHeaders, requestId: string, target: ProviderTarget): Record<string, string>;
  hear(body: Buffer): HeardAnswer;
  /** A provider's refusal of the call, in the caller's format. */
  hearError(body: Buffer, status: number): Buffer;
  observe(contentType: string): StreamObserver;
  /** The units of an answer that comes as a stream. */
  streamedUnits(): Units;
}

/** The version that this house was written against; a caller may ask for another. */
const ANTHROPIC_VERSION = '2023-06-01';

/** The headers of a call to a provider that speaks a format. */
export function headersFor(
  format: WireFormat,
  incoming: IncomingHttpHeaders,
  requestId: string,
  { secret }: ProviderTarget,
): Record<string, string> {
  if (format === 'openai') {
    return requestHeaders(incoming, {
      requestId,
      ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
    });
  }
  const version = incoming['anthropic-version'] ?? ANTHROPIC_VERSION;
  return requestHeaders(incoming, {
    requestId,
    credentials: {
      'anthropic-version': String(version),
      ...(secret === undefined ? {} : { 'x-api-key': secret }),
    },
  });
}

/** An error within a stream, as the caller's format words it. */
export function errorEvent(format: WireFormat, error: DomainError, requestId: string): string {
  return format === 'anthropic'
    ? `event: error\ndata: ${JSON.stringify(anthropicErrorEnvelope(error, requestId))}\n\n`
    : `data: ${JSON.stringify(errorEnvelope(error, requestId))}\n\n`;
}
