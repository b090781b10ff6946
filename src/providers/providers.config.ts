import { type ConfigProblem, defineConfig, flag, integer, secret, url } from '#libs/config';

const HTTP = ['http', 'https'] as const;
const KEYS = 'Several keys, separated by commas, take turns.';

/** The upstreams that this process may call, and the keys that it spends there. */
export const providersConfig = defineConfig(
  'providers',
  'Upstream providers',
  {
    litellmUrl: url('LITELLM_API_URL', {
      schemes: HTTP,
      description: 'Root of a LiteLLM proxy, without `/v1`. Its models are listed with their prices.',
    }),
    litellmKey: secret('LITELLM_API_KEY', { description: `Key of the LiteLLM proxy, where it wants one. ${KEYS}` }),
    openaiKey: secret('OPENAI_API_KEY', {
      description: `Key of OpenAI, or of the server at OPENAI_BASE_URL. ${KEYS}`,
    }),
    openaiUrl: url('OPENAI_BASE_URL', {
      schemes: HTTP,
      description:
        'Another server that speaks the OpenAI format, with its `/v1`. It may do without OPENAI_API_KEY. Unset: OpenAI itself.',
    }),
    openrouterKey: secret('OPENROUTER_API_KEY', { description: `Key of OpenRouter. ${KEYS}` }),
    openrouterUrl: url('OPENROUTER_BASE_URL', {
      schemes: HTTP,
      description: 'Another address of OpenRouter. Unset: `https://openrouter.ai/api/v1`.',
    }),
    anthropicKey: secret('ANTHROPIC_API_KEY', { description: `Key of Anthropic. ${KEYS}` }),
    anthropicUrl: url('ANTHROPIC_BASE_URL', {
      schemes: HTTP,
      description: 'Another address of Anthropic, with or without `/v1`. Unset: `https://api.anthropic.com/v1`.',
    }),
    privateAddresses: flag('PROVIDER_PRIVATE_ADDRESSES', {
      default: false,
      description:
        'Whether administrators may allow a provider of theirs to live at a loopback or private address. Metadata services are never dialled.',
    }),
    maxConnections: integer('UPSTREAM_MAX_CONNECTIONS', {
      default: 1_024,
      min: 1,
      max: 65_536,
      description:
        'Open connections to one provider at most, in one process. A stream holds its connection until it ends.',
    }),
    connectTimeoutSeconds: integer('UPSTREAM_CONNECT_TIMEOUT_SECONDS', {
      default: 5,
      min: 1,
      max: 60,
      description:
        'How long a connection to a provider may take to open. A call that has none after twice that time, because all are taken, is answered with 503.',
    }),
    simulatorUrl: url('SIMULATOR_URL', {
      schemes: HTTP,
      description: 'A simulator that stands in for a provider. Its answers are made up.',
      hardening: {
        refuse: () => 'makes every answer a simulated one and is refused in production',
        stopsIn: ['production'],
      },
    }),
  },
  (values) => [
    ...[
      ['LITELLM_API_URL', values.litellmUrl],
      ['OPENAI_BASE_URL', values.openaiUrl],
      ['OPENROUTER_BASE_URL', values.openrouterUrl],
      ['ANTHROPIC_BASE_URL', values.anthropicUrl],
      ['SIMULATOR_URL', values.simulatorUrl],
    ].flatMap(([variable = '', value]) => plainUrl(variable, value)),
    ...[
      ['LITELLM_API_KEY', values.litellmKey],
      ['OPENAI_API_KEY', values.openaiKey],
      ['OPENROUTER_API_KEY', values.openrouterKey],
      ['ANTHROPIC_API_KEY', values.anthropicKey],
    ].flatMap(([variable = '', value]) => sendableKeys(variable, value)),
    ...pair('LITELLM_API_KEY', values.litellmKey, 'LITELLM_API_URL', values.litellmUrl),
    ...pair('OPENROUTER_BASE_URL', values.openrouterUrl, 'OPENROUTER_API_KEY', values.openrouterKey),
    ...pair('ANTHROPIC_BASE_URL', values.anthropicUrl, 'ANTHROPIC_API_KEY', values.anthropicKey),
  ],
);

/** The keys of a comma separated list. */
export function splitKeys(list: string | undefined): string[] {
  return [...new Set((list ?? '').split(',').map((key) => key.trim()))].filter((key) => key !== '');
}

function plainUrl(variable: string, value: string | undefined): ConfigProblem[] {
  if (value === undefined) return [];
  const { username, password, search, hash } = new URL(value);
  if (username === '' && password === '' && search === '' && hash === '') return [];
  return [{ variable, rule: 'must be an address alone: no user, no password, no query, no fragment' }];
}

/** A key travels in a header, which bears no spaces, line ends or other alphabets. */
function sendableKeys(variable: string, value: string | undefined): ConfigProblem[] {
  if (value === undefined) return [];
  const keys = splitKeys(value);
  if (keys.length > 0 && keys.every((key) => /^[\x21-\x7e]+$/.test(key))) return [];
  return [{ variable, rule: 'must be one key or several separated by commas, of visible ASCII characters' }];
}

function pair(
  variable: string,
  value: string | undefined,
  needed: string,
  neededValue: string | undefined,
): ConfigProblem[] {
  if (value === undefined || neededValue !== undefined) return [];
  return [{ variable, rule: `is of no use alone: set ${needed} too, or take it away` }];
}
