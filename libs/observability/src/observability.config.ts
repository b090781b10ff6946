import { choice, defineConfig, secret } from '#libs/config';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

export const observabilityConfig = defineConfig('observability', 'Logs and metrics', {
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
});
