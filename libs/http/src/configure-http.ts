import cookie from '@fastify/cookie';
import cors, { type OriginFunction } from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config, PublicConfig } from '#libs/config';
import { Health, Metrics, ROOT_LOGGER, type RootLogger } from '#libs/observability';
import { addBodyHooks } from './body.budget.js';
import { rememberConnections } from './drain.js';
import { ErrorFilter } from './error.filter.js';
import { FailureFeed } from './failure.feed.js';
import { httpConfig } from './http.config.js';
import { serveDocs } from './openapi.js';
import { addRequestHooks } from './request.hooks.js';
import { DOCS_CONTENT_SECURITY_POLICY } from './security-headers.js';
import { StrictValidationPipe } from './validation.pipe.js';

type OriginCallback = Parameters<OriginFunction>[1];

const DOCS = /^\/docs(?:[/?]|$)/;

/** Everything between the socket and the controllers, the same in production and in tests. */
export async function configureHttp(app: NestFastifyApplication): Promise<void> {
  const config = app.get(Config);
  const { corsOrigin, corsCredentials, docs, bodyMemoryBytes, maxConnections } = config.get(httpConfig);
  const fastify = app.getHttpAdapter().getInstance();
  addRequestHooks(fastify, {
    profile: config.profile,
    health: app.get(Health),
    metrics: app.get(Metrics),
    logger: app.get<RootLogger>(ROOT_LOGGER),
  });
  addBodyHooks(fastify, { mostBytes: bodyMemoryBytes });
  fastify.server.maxConnections = maxConnections;
  rememberConnections(fastify.server);
  await app.register(cors, {
    // Whoever names no origin is no browser, and needs none of these headers.
    origin: corsOrigin.includes('*')
      ? '*'
      : (origin: string | undefined, done: OriginCallback) =>
          done(null, origin === undefined ? false : [...corsOrigin]),
    credentials: corsCredentials,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'X-Request-Id',
      'Retry-After',
      'RateLimit',
      'RateLimit-Policy',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
      'Idempotency-Replayed',
      'X-Sluice-Request-Id',
      'X-Sluice-Model',
      'X-Sluice-Provider',
      'X-Sluice-Cost',
    ],
    maxAge: 600,
    // An OPTIONS that is no preflight would be answered in plain text.
    strictPreflight: false,
  });
  // Parsed by `cookieOf` where one is wanted: a call of a model has none. To set some, the plugin needs no hook.
  await app.register(cookie, { hook: false });
  app.useGlobalPipes(new StrictValidationPipe());
  app.useGlobalFilters(new ErrorFilter(app.get(FailureFeed)));
  if (docs ?? config.profile !== 'production') {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (DOCS.test(request.url)) void reply.header('content-security-policy', DOCS_CONTENT_SECURITY_POLICY);
      done();
    });
    serveDocs(app);
    app.get(PublicConfig).contribute({ docsUrl: '/docs' });
  }
}
