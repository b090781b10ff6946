import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type ConfigOf, defineConfig, flag, integer, list, port, text, url } from '#libs/config';

export const httpConfig = defineConfig(
  'http',
  'HTTP',
  {
    port: port('PORT', {
      default: 3000,
      description: 'TCP port; 0 takes a free one. Links cannot name that one: set PUBLIC_URL as well.',
    }),
    host: text('HOST', { default: '127.0.0.1', description: 'Address to listen on. `0.0.0.0` for every interface.' }),
    publicUrl: url('PUBLIC_URL', {
      schemes: ['https', 'http'],
      description:
        'Origin at which browsers reach this installation, without a path: `https://sluice.example.com`. Links in mails begin with it. Unset: `http://localhost` and PORT, whatever HOST is, for passkeys need a name.',
    }),
    corsOrigin: list('CORS_ORIGIN', {
      default: [],
      description: 'Origins whose pages may call the API. `*` only in development.',
      hardening: {
        refuse: (origins) => (origins.includes('*') ? 'must not be *' : undefined),
        stopsIn: ['local', 'staging', 'production'],
      },
    }),
    corsCredentials: flag('CORS_CREDENTIALS', {
      default: true,
      description: 'Whether those pages may send the refresh cookie.',
    }),
    trustProxy: list('TRUST_PROXY', {
      default: [],
      description:
        'Whose `X-Forwarded-*` headers to believe: a number of hops, or the addresses and ranges of your proxies. Unset, nobody.',
    }),
    docs: flag('DOCS_ENABLED', {
      description: 'Serve `/docs` and `/openapi.json`. Unset: everywhere but in production.',
    }),
    bodyLimitBytes: integer('BODY_LIMIT_BYTES', {
      default: 1_048_576,
      min: 1_024,
      max: 104_857_600,
      description: 'Largest body of a control plane request.',
    }),
    gatewayBodyLimitBytes: integer('GATEWAY_BODY_LIMIT_BYTES', {
      default: 20_971_520,
      min: 1_024,
      max: 1_073_741_824,
      description: 'Largest body of a gateway request.',
    }),
    bodyMemoryBytes: integer('BODY_MEMORY_BYTES', {
      default: 268_435_456,
      min: 1_024,
      max: 68_719_476_736,
      description: 'Most memory for the bodies over 64 KiB of all requests at a time; more is answered with 503.',
    }),
    requestTimeoutSeconds: integer('REQUEST_TIMEOUT_SECONDS', {
      default: 30,
      min: 1,
      max: 3_600,
      description: 'How long a request may take to arrive, its body included.',
    }),
    maxConnections: integer('MAX_CONNECTIONS', {
      default: 10_000,
      min: 1,
      max: 1_000_000,
      description: 'Most connections of clients at a time; more are closed at once.',
    }),
    shutdownGraceSeconds: integer('SHUTDOWN_GRACE_SECONDS', {
      default: 30,
      min: 0,
      max: 3_600,
      description: 'How long running requests and streams may go on after SIGTERM.',
    }),
  },
  ({ publicUrl, corsOrigin, corsCredentials, trustProxy, gatewayBodyLimitBytes, bodyMemoryBytes }) => [
    ...(publicUrl === undefined || isOrigin(publicUrl.replace(/\/$/, ''))
      ? []
      : [{ variable: 'PUBLIC_URL', rule: 'must be an origin such as https://sluice.example.com, without a path' }]),
    ...(bodyMemoryBytes < gatewayBodyLimitBytes
      ? [{ variable: 'BODY_MEMORY_BYTES', rule: 'must not be less than GATEWAY_BODY_LIMIT_BYTES' }]
      : []),
    ...(corsCredentials && corsOrigin.includes('*')
      ? [{ variable: 'CORS_ORIGIN', rule: 'must not be * while CORS_CREDENTIALS is true' }]
      : []),
    ...(corsOrigin.every(isOrigin)
      ? []
      : [{ variable: 'CORS_ORIGIN', rule: 'must hold origins such as https://console.example.com, without a path' }]),
    ...(isHops(trustProxy) || trustProxy.every(isAddressOrRange)
      ? []
      : [{ variable: 'TRUST_PROXY', rule: 'must be one number of hops, or IP addresses and ranges' }]),
  ],
);

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text);
}

function isHops(trusted: readonly string[]): boolean {
  return trusted.length === 1 && /^\d{1,2}$/.test(trusted[0] ?? '');
}

function isAddressOrRange(text: string): boolean {
  return isIP(text) !== 0 || ipaddr.isValidCIDR(text);
}

/** The origin at which browsers reach this installation. */
export function publicOrigin({ publicUrl, port }: ConfigOf<typeof httpConfig>): string {
  return publicUrl === undefined ? `http://localhost:${port}` : new URL(publicUrl).origin;
}

/**
 * An address of this house for people, whatever host a request names.
 *
 * @param secret what only the page may learn: behind the `#`, so that no server and no log on the way gets it
 */
export function publicLink(config: ConfigOf<typeof httpConfig>, path: string, secret: string): string {
  return `${publicOrigin(config)}${path}#${secret}`;
}
