import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessRule } from '#libs/access';
import type { ConfigOf } from '#libs/config';
import { type DomainError, newId } from '#libs/kernel';
import { errorEnvelope, STATUS } from './error-envelope.js';
import { sendError, toDomainError } from './error.filter.js';
import type { httpConfig } from './http.config.js';
import { httpErrors } from './http.errors.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { parseForm } from './form.js';
import { parseStrictJson } from './strict-json.js';
import type { EndpointOptions } from './endpoint.decorator.js';
import { acceptUploads } from './upload.js';

const HEADERS_TIMEOUT_MS = 20_000;
/** How often Node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 1_000;
/** Whoever has no credential has little to say: an address and a password. */
const PUBLIC_BODY_LIMIT_BYTES = 16_384;

type HttpConfig = ConfigOf<typeof httpConfig>;

const FORM = 'application/x-www-form-urlencoded';

/** Another address of the gateway, for clients that are made for it. */
const ALIAS = '/openrouter/';

/** Ids that callers may choose; anything else is replaced, so that a log line cannot be forged. */
const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The HTTP server: limits, request ids, whom to believe, and how bodies are read. */
export function createHttpAdapter(config: HttpConfig): FastifyAdapter {
  const requestTimeout = config.requestTimeoutSeconds * 1_000;
  const adapter = new FastifyAdapter({
    bodyLimit: config.bodyLimitBytes,
    trustProxy: trustProxy(config.trustProxy),
    requestIdHeader: false,
    rewriteUrl: ({ url = '/' }) => (url.startsWith(ALIAS) ? `/v1/${url.slice(ALIAS.length)}` : url),
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
    },
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    keepAliveTimeout: 65_000,
    requestTimeout,
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeout),
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      maxHeaderSize: 16_384,
    },
    forceCloseConnections: 'idle',
    onProtoPoisoning: 'error',
    frameworkErrors: (error: Error, request: unknown, reply: unknown) =>
      refuseAddress(error, request as FastifyRequest, reply as FastifyReply),
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => refuseBytes(error, socket),
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onRoute', (route) => {
    if (takesRawBody(route.config)) route.bodyLimit = config.gatewayBodyLimitBytes;
    else if (formOf(route.config)) route.bodyLimit = formOf(route.config)?.mostBytes;
    else if (isPublic(route.config)) route.bodyLimit = Math.min(config.bodyLimitBytes, PUBLIC_BODY_LIMIT_BYTES);
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (takesRawBody(request.routeOptions.config)) done(null, body);
    else if (takesFormsOnly(request.routeOptions.config)) done(httpErrors.unsupported_media_type());
    else readBody(body, parseStrictJson, done);
  });
  // SCIM's own name of JSON (RFC 7644 §8.1).
  fastify.addContentTypeParser('application/scim+json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isScim(request.routeOptions.config)) readBody(body, parseStrictJson, done);
    else done(httpErrors.unsupported_media_type());
  });
  // Pages of other sites send these without asking, so only routes take them that are made for it.
  fastify.addContentTypeParser(FORM, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (formOf(request.routeOptions.config)) readBody(body, parseForm, done);
    else done(httpErrors.unsupported_media_type());
  });
  // Forms with files go to models alone, and as the bytes that came.
  fastify.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (takesRawBody(request.routeOptions.config)) done(null, body);
    else done(httpErrors.unsupported_media_type());
  });
  acceptUploads(fastify);
  return adapter;
}

function takesRawBody(config: unknown): boolean {
  return (config as { rawBody?: boolean } | undefined)?.rawBody === true;
}

function formOf(config: unknown): EndpointOptions['form'] {
  return (config as { form?: EndpointOptions['form'] } | undefined)?.form;
}

function isScim(config: unknown): boolean {
  return (config as { access?: AccessRule } | undefined)?.access?.kind === 'scim';
}

function readBody(
  body: Buffer,
  parse: (body: Buffer) => unknown,
  done: (error: Error | null, value?: unknown) => void,
): void {
  try {
    done(null, body.length === 0 ? undefined : parse(body));
  } catch (error) {
    done(error as Error);
  }
}

function takesFormsOnly(config: unknown): boolean {
  const form = formOf(config);
  return form !== undefined && form.orJson !== true;
}

function isPublic(config: unknown): boolean {
  return (config as { access?: AccessRule } | undefined)?.access?.kind === 'public';
}

function trustProxy(trusted: readonly string[]): boolean | string[] | ((address: string, hop: number) => boolean) {
  if (trusted.length === 0) return false;
  const [first] = trusted;
  const hops = trusted.length === 1 && first !== undefined && /^\d+$/.test(first) ? Number(first) : undefined;
  return hops === undefined ? [...trusted] : (_address, hop) => hop < hops;
}

/** An address that cannot be read comes to no hook, so it gets its headers here. */
function refuseAddress(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id).headers(SECURITY_HEADERS);
  sendError(request, reply, toDomainError(error));
}

const REFUSED_BYTES: Readonly<Record<string, () => DomainError>> = {
  HPE_HEADER_OVERFLOW: httpErrors.header_too_large,
  ERR_HTTP_REQUEST_TIMEOUT: httpErrors.request_timeout,
};

/** What is not HTTP at all never becomes a request; it still gets the envelope. */
function refuseBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal = (REFUSED_BYTES[error.code ?? ''] ?? httpErrors.bad_request)();
  const id = newId();
  const body = JSON.stringify(errorEnvelope(refusal, id));
  const headers = Object.entries({ 'x-request-id': id, ...SECURITY_HEADERS });
  const [status] = STATUS[refusal.kind];
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers.map((header) => `${header.join(': ')}\r\n`).join('')}content-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
