import type { FastifyRequest } from 'fastify';
import { httpErrors } from '#libs/http';
import {
  type MalformedModelRequest,
  type ModelRequest,
  multipartBoundary,
  outlineModelRequest,
  type OutlinedModelRequest,
  readMultipartRequest,
  rewriteModel,
  rewriteMultipartModel,
} from '#libs/upstream';
import { gatewayErrors, malformedRequest } from './gateway.errors.js';
import { type HostedWork, hostedWork } from './hosted.work.js';
import { type Operation, OPERATIONS } from './operations.js';

/** A call as it came: what is asked, and the very bytes that ask it. */
export interface IncomingCall {
  readonly operation: Operation;
  /** Where it goes, below the provider's base. */
  readonly path: string;
  /** The name as the caller wrote it, known before the body is parsed. */
  readonly model: string;
  /**
   * Parsed at the first look at it, so that a caller who may not call the model costs no more than a scan.
   *
   * @throws DomainError where the body is not what it seemed to be
   */
  readonly request: ModelRequest;
  /** Size of the body. */
  readonly bytes: number;
  /** About what the body takes in memory, parsed, in bytes. */
  readonly footprint: number;
  /** Whether the body is a form with files. */
  readonly isForm: boolean;
  /** A header asks for a longer context than the model has by itself. */
  readonly asksForLongerContext: boolean;
  /** How often the provider may use tools of its own in a response whose caller does not say; 0 for never. */
  readonly defaultToolCalls: number;
  /** What the provider does beside the model, judged once. */
  readonly hosted: HostedWork;
  /** Whether a text stands in the body once its escapes are undone. In forms, in its fields. */
  mentions(text: string): boolean;
  /** The body with another name for the model, everything else byte for byte the same. */
  named(model: string): Buffer;
}

/** An empty list in a list: the place in the outer one and the inner one itself. */
const BYTES_PER_VALUE = 64;
const ESCAPE = String.raw`\u`;
/** A preview of Anthropic's: `context-1m-2025-08-07`. */
const LONGER_CONTEXT = /\bcontext-\d/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;

/** Reads a body of JSON, or a form with files. @throws DomainError where it names no model or is ambiguous */
export function readCall(
  operation: Operation,
  { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
  { path, toolCalls = 0 }: { readonly path?: string; readonly toolCalls?: number } = {},
): IncomingCall {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const contentType = headers['content-type'];
  mustBeUtf8(contentType);
  const boundary = multipartBoundary(contentType);
  const outlined = accepted(boundary === undefined ? outlineModelRequest(bytes) : outlineForm(bytes, boundary));
  const longer = LONGER_CONTEXT.test(String(headers['anthropic-beta'] ?? ''));
  return new ReadCall(operation, path ?? OPERATIONS[operation].path, bytes, boundary, outlined, { longer, toolCalls });
}

/** A class, because an object that is written out with a getter takes an engine several times as long to make. */
class ReadCall implements IncomingCall {
  private whole: ModelRequest | undefined;
  private work: HostedWork | undefined;

  constructor(
    readonly operation: Operation,
    readonly path: string,
    private readonly body: Buffer,
    private readonly boundary: string | undefined,
    private readonly outlined: OutlinedModelRequest,
    private readonly beside: { readonly longer: boolean; readonly toolCalls: number },
  ) {}

  get asksForLongerContext(): boolean {
    return this.beside.longer;
  }

  get defaultToolCalls(): number {
    return this.beside.toolCalls;
  }

  get model(): string {
    return this.outlined.model;
  }

  get request(): ModelRequest {
    this.whole ??= answerable(this.operation, accepted(this.outlined.read()));
    return this.whole;
  }

  get hosted(): HostedWork {
    this.work ??= hostedWork(this);
    return this.work;
  }

  get bytes(): number {
    return this.body.length;
  }

  get footprint(): number {
    return this.body.length + this.outlined.values * BYTES_PER_VALUE;
  }

  get isForm(): boolean {
    return this.boundary !== undefined;
  }

  mentions(text: string): boolean {
    // Written out anew only where an escape could hide it: that costs more than all the rest of an admission.
    if (!this.isForm && !this.body.includes(ESCAPE)) return this.body.includes(text);
    return JSON.stringify(this.request.json).includes(text);
  }

  named(model: string): Buffer {
    const { body, boundary, outlined } = this;
    if (model === outlined.model) return body;
    return boundary === undefined ? rewriteModel(body, model) : rewriteMultipartModel(body, boundary, model);
  }
}

/** A provider that believes another charset would read other words in the same bytes than were judged here. */
function mustBeUtf8(contentType = ''): void {
  if (!contentType.includes(';')) return;
  for (const [, charset = ''] of contentType.matchAll(CHARSET)) {
    if (!/^utf-?8$/i.test(charset)) {
      throw httpErrors.unsupported_media_type({ message: 'Send the body in UTF-8.' });
    }
  }
}

/** A form is read without copying its files, so there is nothing to spare. */
function outlineForm(bytes: Buffer, boundary: string): OutlinedModelRequest | MalformedModelRequest {
  const request = readMultipartRequest(bytes, boundary);
  return request.ok ? { ok: true, model: request.model, values: 0, read: () => request } : request;
}

/** What is kept at a provider can be asked for by those who got it: of responses alone it is known who did. */
function answerable(operation: Operation, request: ModelRequest): ModelRequest {
  const { background = null } = request.json;
  if (operation !== 'responses' && request.previousResponseId !== undefined) {
    throw malformedRequest({ ok: false, reason: 'provider_state', param: 'previous_response_id' });
  }
  if (operation === 'responses' && background !== null && background !== false) {
    // It is worked on after the answer, and what it took would never be heard of here.
    throw gatewayErrors.operation_unsupported({
      message: 'A response in the background cannot be metered. Ask for it in the foreground, or as a stream.',
      param: 'background',
    });
  }
  return request;
}

function accepted<T extends { ok: true }>(request: T | MalformedModelRequest): T {
  if (!request.ok) throw malformedRequest(request);
  return request;
}
