import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Profile } from '#libs/config';
import { type Health, type Metrics, type RequestContext, type RootLogger, runInRequest } from '#libs/observability';
import { addressOf, networkOf } from './client-address.js';
import { sendError } from './error.filter.js';
import { httpErrors } from './http.errors.js';
import { HSTS, SECURITY_HEADERS } from './security-headers.js';

const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];
const AUTHORIZATION = 'authorization';
const PROBES = /^\/(?:liveness|readiness|health|metrics|api\/v1\/health\/)/;

/** What happens around every request: context, headers, refusal while draining, the log line, the metric. */
export function addRequestHooks(
  fastify: FastifyInstance,
  parts: { profile: Profile; health: Health; metrics: Metrics; logger: RootLogger },
): void {
  const { health, logger } = parts;
  const duration = parts.metrics.histogram(
    'http_request_duration_seconds',
    'Time to answer.',
    ['method', 'route', 'status'],
    DURATION_BUCKETS,
  );
  const hsts = parts.profile === 'production';

  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).headers(SECURITY_HEADERS);
    if (hsts && request.protocol === 'https') void reply.header('strict-transport-security', HSTS);
    if (health.isLeaving) void reply.header('connection', 'close');
    if (health.draining && !PROBES.test(request.url)) {
      sendError(request, reply, httpErrors.shutting_down({ retryAfterSeconds: 1 }));
      return;
    }
    if (saysTwiceWhoItIs(request)) {
      sendError(request, reply, httpErrors.bad_request({ message: 'Send one Authorization header, not several.' }));
      return;
    }
    runInRequest(new HttpRequestContext(request), done);
  });

  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    logger.info(
      {
        requestId: request.id,
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ip: request.ip,
      },
      'request',
    );
    done();
  });
}

/** Node keeps the first; a proxy before us may have looked at the last. */
function saysTwiceWhoItIs({ raw: { rawHeaders } }: FastifyRequest): boolean {
  let found = 0;
  for (let name = 0; name < rawHeaders.length; name += 2) {
    const text = rawHeaders[name];
    if (text?.length === AUTHORIZATION.length && text.toLowerCase() === AUTHORIZATION) found += 1;
  }
  return found > 1;
}

/** Works out what is asked of it, and no more: a call of a model asks for nothing but the id. */
class HttpRequestContext implements RequestContext {
  readonly requestId: string;

  constructor(private readonly request: FastifyRequest) {
    this.requestId = request.id;
  }

  get ip(): string {
    return addressOf(this.request);
  }

  get network(): string {
    return networkOf(this.request);
  }

  get userAgent(): string | undefined {
    return this.request.headers['user-agent'];
  }
}
