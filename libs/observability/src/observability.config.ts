import { choice, defineConfig, integer, list, secret, text, url } from '#libs/config';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export const observabilityConfig = defineConfig('observability', 'Logs, metrics and traces', {
  logLevel: choice('LOG_LEVEL', LOG_LEVELS, {
    default: 'info',
    description: 'Least severity that is logged. `debug` and `trace` are refused in production.',
    hardening: {
      refuse: (level) => (level === 'debug' || level === 'trace' ? 'must not be debug or trace' : undefined),
      stopsIn: ['production'],
    },
  }),
  metricsToken: secret('METRICS_TOKEN', {
    description:
      'Bearer token for `/metrics`. Unset, only a client on the same machine may read them, not through a proxy and not in production.',
  }),
  otlpEndpoint: url('OTEL_EXPORTER_OTLP_ENDPOINT', {
    schemes: ['http', 'https'],
    secret: true,
    description:
      'OpenTelemetry collector that gets traces and metrics of model calls, by OTLP over HTTP; `/v1/traces` and `/v1/metrics` are appended. Unset, nothing is traced.',
  }),
  otlpHeaders: secret('OTEL_EXPORTER_OTLP_HEADERS', {
    description: 'Headers for the collector: `name=value`, separated by commas, values percent-encoded.',
  }),
  serviceName: text('OTEL_SERVICE_NAME', {
    default: 'sluice',
    description: 'What this service is called in traces.',
  }),
  samplePercent: integer('TRACE_SAMPLE_PERCENT', {
    min: 0,
    max: 100,
    default: 100,
    description: 'Part of the calls that is traced. A caller that sends `traceparent` decides for its own call.',
  }),
  toldProviders: list('TRACE_CONTEXT_PROVIDERS', {
    default: [],
    description:
      'Providers, by their slug, that get `traceparent`, so that their own traces join ours. A provider elsewhere need not know of our traces.',
  }),
});
