import type { Attributes } from '@opentelemetry/api';
import type { CalledProvider, SettledCall } from './model-call.js';

/**
 * The names of OpenTelemetry's semantic conventions for generative AI (status: development) and for HTTP.
 * https://github.com/open-telemetry/semantic-conventions-genai
 */
const OPERATION_NAMES: Readonly<Record<string, string>> = {
  'chat.completions': 'chat',
  messages: 'chat',
  responses: 'chat',
  completions: 'text_completion',
};

/** Ours where the conventions have no word for it. */
export function operationName(operation: string): string {
  return OPERATION_NAMES[operation] ?? operation;
}

export interface Server {
  readonly base: string;
  readonly attributes: Attributes;
}

const servers = new WeakMap<CalledProvider, Server>();

/** Where a provider is reached; anything of its address beyond scheme, host, port and path stays here. */
export function serverOf(provider: CalledProvider): Server {
  let server = servers.get(provider);
  if (!server) servers.set(provider, (server = readServer(provider)));
  return server;
}

function readServer({ kind, baseUrl }: CalledProvider): Server {
  const { protocol, hostname, port, origin, pathname } = new URL(baseUrl);
  return {
    base: `${origin}${pathname.replace(/\/$/, '')}`,
    attributes: {
      'gen_ai.provider.name': kind,
      'server.address': hostname,
      'server.port': port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    },
  };
}

/** Undefined where the call did what was asked. */
export function errorTypeOf({ status, httpStatus }: SettledCall): string | undefined {
  if (status === 'completed') return undefined;
  return httpStatus !== undefined && httpStatus >= 400 ? String(httpStatus) : status;
}

/** What the span of a call says once it has left its row. */
export function attributesOf(call: SettledCall): Attributes {
  const { tokens, firstByteMs } = call;
  return {
    'gen_ai.request.model': call.model,
    'gen_ai.request.stream': call.streamed,
    'gen_ai.response.model': call.answeredBy,
    'gen_ai.response.time_to_first_chunk': call.streamed && firstByteMs !== undefined ? firstByteMs / 1_000 : undefined,
    'http.response.status_code': call.httpStatus,
    'sluice.request.id': call.requestId,
    'sluice.provider': call.provider.slug,
    'sluice.cost': call.cost,
    ...(tokens && {
      'gen_ai.usage.input_tokens': tokens.input,
      'gen_ai.usage.cache_read.input_tokens': tokens.cachedInput,
      'gen_ai.usage.cache_creation.input_tokens': tokens.cacheWrite,
      'gen_ai.usage.output_tokens': tokens.output,
      'gen_ai.usage.reasoning.output_tokens': tokens.reasoning,
    }),
  };
}
