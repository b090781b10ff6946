import type { IncomingHttpHeaders } from 'node:http';

type Headers = IncomingHttpHeaders | Record<string, string | string[] | undefined>;

/** What only we may say to a provider. */
export interface OwnRequestHeaders {
  requestId: string;
  /** `Bearer …` for providers of the OpenAI kind. */
  authorization?: string;
  /** Other credential headers, lower case: Anthropic's `x-api-key`. */
  credentials?: Record<string, string>;
}

/**
 * What a caller may say to a provider. A list of what is allowed, since a list of what is forbidden is never complete:
 * client keys, cookies, forwarding headers, and the caller's own provider account (`openai-organization`) stay here.
 */
const TOWARDS_UPSTREAM = ['accept', 'content-type', 'openai-beta', 'anthropic-version', 'anthropic-beta'] as const;

/**
 * What a provider may say to a caller. Framing (`content-length`, `transfer-encoding`) belongs to the hop that writes it,
 * rate headers would contradict ours, and the provider's own request id must not replace the caller's.
 */
const TOWARDS_CLIENT = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'cache-control',
  'retry-after',
  'openai-model',
  'openai-version',
  'openai-processing-ms',
] as const;

/** The headers to send upstream: the allowed ones of the caller, then our own. */
export function requestHeaders(incoming: Headers, own: OwnRequestHeaders): Record<string, string> {
  const headers = pick(incoming, TOWARDS_UPSTREAM);
  // Usage is read from the bytes as they pass, so they must not be compressed.
  headers['accept-encoding'] = 'identity';
  headers['user-agent'] = 'sluice';
  headers['x-request-id'] = own.requestId;
  if (own.authorization !== undefined) {
    headers['authorization'] = own.authorization;
  }
  return own.credentials === undefined ? headers : Object.assign(headers, own.credentials);
}

/** The headers of an upstream answer that the caller may see. */
export function responseHeaders(upstream: Headers): Record<string, string> {
  return pick(upstream, TOWARDS_CLIENT);
}

function pick(source: Headers, allowed: readonly string[]): Record<string, string> {
  const picked: Record<string, string> = {};
  const connection = source['connection'];
  const named = connection === undefined ? undefined : namedByConnection(connection);
  for (const name of allowed) {
    const value = source[name];
    if (value !== undefined && named?.has(name) !== true) {
      picked[name] = typeof value === 'string' ? value : value.join(', ');
    }
  }
  return picked;
}

/** RFC 9110 §7.6.1: a header that `Connection` names ends at this hop. */
function namedByConnection(connection: string | string[]): Set<string> | undefined {
  const text = typeof connection === 'string' ? connection : connection.join(',');
  if (text === 'keep-alive' || text === 'close') {
    return undefined;
  }
  return new Set(text.split(',').map((name) => name.trim().toLowerCase()));
}
