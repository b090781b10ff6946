import type { FastifyRequest } from 'fastify';
import {
  type MalformedModelRequest,
  type ModelRequest,
  multipartBoundary,
  readModelRequest,
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
  readonly request: ModelRequest;
  /** Size of the body. */
  readonly bytes: number;
  /** The body with another name for the model, everything else byte for byte the same. */
  named(model: string): Buffer;
}

/** Reads a body of JSON, or a form with files. @throws DomainError where it names no model or is ambiguous */
export function readCall(operation: Operation, { body, headers }: FastifyRequest, path?: string): IncomingCall {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  const boundary = multipartBoundary(headers['content-type']);
  const request = accepted(boundary === undefined ? readModelRequest(bytes) : readMultipartRequest(bytes, boundary));
  if (operation === 'responses' && request.json['background'] === true) {
    // It is worked on after the answer, and what it took would never be heard of here.
    throw gatewayErrors.operation_unsupported({
      message: 'A response in the background cannot be metered. Ask for it in the foreground, or as a stream.',
      param: 'background',
    });
  }
  return {
    operation,
    path: path ?? OPERATIONS[operation].path,
    request,
    bytes: bytes.length,
    named: (model) =>
      boundary === undefined ? rewriteModel(bytes, model) : rewriteMultipartModel(bytes, boundary, model),
  };
}

function accepted(request: ModelRequest | MalformedModelRequest): ModelRequest {
  if (!request.ok) throw malformedRequest(request);
  return request;
}
