import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, isConnectionLoss } from '#libs/kernel';
import { anthropicErrorEnvelope, errorEnvelope, scimErrorEnvelope, STATUS } from './error-envelope.js';
import { httpErrors } from './http.errors.js';
import type { FailureFeed } from './failure.feed.js';
import { hasLargeBody } from './large-body.js';
import { setRateHeaders } from './rate.headers.js';

/** Turns whatever was thrown into the error envelope. Nothing of the inside gets out: no stack, no SQL. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly log = new Logger(ErrorFilter.name);

  constructor(private readonly failures: FailureFeed) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = toDomainError(thrown);
    if (error.kind === 'internal')
      this.log.error(`${request.method} ${request.routeOptions?.url ?? ''} failed`, thrown);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    sendError(request, reply, error);
    this.failures.tell(request, error);
  }
}

/** Writes an error in the form that the caller of this address expects. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: DomainError): void {
  const [status] = STATUS[error.kind];
  const [envelope, contentType] = formOf(request.url);
  if (error.retryAfterSeconds !== undefined)
    void reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  if (error.rate) setRateHeaders(reply, error.rate);
  // A body that nobody has read lies on the line where the next request would be.
  if (request.body === undefined && hasLargeBody(request)) void reply.header('connection', 'close');
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  void reply
    .status(status)
    .header('content-type', `${contentType}; charset=utf-8`)
    .send(JSON.stringify(envelope(error, request.id)));
}

function formOf(url: string): [envelope: (error: DomainError, requestId: string) => object, contentType: string] {
  if (url.startsWith('/scim/')) return [scimErrorEnvelope, 'application/scim+json'];
  return [url.startsWith('/v1/messages') ? anthropicErrorEnvelope : errorEnvelope, 'application/json'];
}

const FASTIFY: Readonly<Record<string, () => DomainError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: httpErrors.body_too_large,
  FST_ERR_CTP_EMPTY_JSON_BODY: () => httpErrors.malformed_json({ message: 'The body is empty.' }),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: httpErrors.unsupported_media_type,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: httpErrors.bad_request,
};

const STATEMENT_CANCELLED = '57014';

/** Whatever was thrown, as an error of ours. */
export function toDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  const { code, driverError } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    code?: unknown;
    driverError?: { code?: unknown };
  };
  const known = FASTIFY[String(code)];
  if (known) return known();
  const cause = [driverError?.code, code].find((value) => typeof value === 'string') ?? '';
  if (cause === STATEMENT_CANCELLED) return httpErrors.statement_timeout({ retryAfterSeconds: 5, cause: thrown });
  if (isConnectionLoss(thrown)) return httpErrors.database_unavailable({ retryAfterSeconds: 1, cause: thrown });
  const status =
    thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown } | null)?.statusCode;
  if (status === 404) return httpErrors.route_not_found();
  if (status === 413) return httpErrors.body_too_large();
  if (status === 415) return httpErrors.unsupported_media_type();
  if (status === 503) return httpErrors.shutting_down({ retryAfterSeconds: 1 });
  if (typeof status === 'number' && status >= 400 && status < 500) return httpErrors.bad_request();
  return httpErrors.internal_error({ cause: thrown });
}
