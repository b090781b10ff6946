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
  /** Whether a text stands in the body once its escapes are undone. In forms, in its fields. */
  mentions(text: string): boolean;
  /** The body with another name for the model, everything else byte for byte the same. */
  named(model: string): Buffer;
}

/** An empty list in a list: the place in the outer one and the inner one itself. */
const BYTES_PER_VALUE = 64;
const ESCAPE = String.raw`\u`;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;

/** Reads a body of JSON, or a form with files. @throws DomainError where it names no model or is ambiguous */
export function readCall(
  operation: Operation,
  { body, headers }: Pick<FastifyRequest, 'body' | 'headers'>,
  path?: string,
): IncomingCall {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const contentType = headers['content-type'];
  mustBeUtf8(contentType);
  const boundary = multipartBoundary(contentType);
  const outlined = accepted(boundary === undefined ? outlineModelRequest(bytes) : outlineForm(bytes, boundary));
  let whole: ModelRequest | undefined;
  return {
    operation,
    path: path ?? OPERATIONS[operation].path,
    model: outlined.model,
    get request() {
      whole ??= inForeground(operation, accepted(outlined.read()));
      return whole;
    },
    bytes: bytes.length,
    footprint: bytes.length + outlined.values * BYTES_PER_VALUE,
    isForm: boundary !== undefined,
    mentions(text) {
      // Written out anew only where an escape could hide it: that costs more than all the rest of an admission.
      if (boundary === undefined && !bytes.includes(ESCAPE)) return bytes.includes(text);
      return JSON.stringify(this.request.json).includes(text);
    },
    named: (model) => {
      if (model === outlined.model) return bytes;
      return boundary === undefined ? rewriteModel(bytes, model) : rewriteMultipartModel(bytes, boundary, model);
    },
  };
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

function inForeground(operation: Operation, request: ModelRequest): ModelRequest {
  if (operation === 'responses' && request.json['background'] === true) {
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
