import type { ConfigOf } from '#libs/config';
import type { CatalogueProvider } from '#libs/upstream';
import { type providersConfig, splitKeys } from './providers.config.js';

/** How a provider is spoken to. The simulator speaks as a LiteLLM proxy does, and is named so that nobody mistakes it. */
export type ProviderKind = CatalogueProvider['kind'] | 'simulator';

/** A provider as the operator's environment describes it. */
export interface ConfiguredProvider {
  /** Names the provider in the catalogue, for people. */
  readonly slug: string;
  readonly kind: ProviderKind;
  /** The base that OpenAI paths are appended to: `<base>/chat/completions`. */
  readonly baseUrl: string;
  readonly keys: readonly string[];
  /**
   * Whether loopback and private ranges may be dialled: only where the operator wrote the address down, because the
   * well-known address of a public provider never leads there. Metadata services are never dialled.
   */
  readonly allowPrivate: boolean;
}

const OPENAI = 'https://api.openai.com/v1';
const OPENROUTER = 'https://openrouter.ai/api/v1';
const ANTHROPIC = 'https://api.anthropic.com/v1';

/** The providers of the environment in order of precedence: of two that list the same model, the first keeps its name. */
export function configuredProviders(config: ConfigOf<typeof providersConfig>): ConfiguredProvider[] {
  const { litellmUrl, openaiUrl, openrouterUrl, anthropicUrl, simulatorUrl } = config;
  const openaiKeys = splitKeys(config.openaiKey);
  const openrouterKeys = splitKeys(config.openrouterKey);
  const anthropicKeys = splitKeys(config.anthropicKey);
  return [
    ...(litellmUrl ? [provider('litellm', versioned(litellmUrl), splitKeys(config.litellmKey))] : []),
    ...(openaiKeys.length > 0 || openaiUrl ? [provider('openai', openaiUrl, openaiKeys, OPENAI)] : []),
    ...(openrouterKeys.length > 0 ? [provider('openrouter', openrouterUrl, openrouterKeys, OPENROUTER)] : []),
    ...(anthropicKeys.length > 0
      ? [provider('anthropic', anthropicUrl && versioned(anthropicUrl), anthropicKeys, ANTHROPIC)]
      : []),
    ...(simulatorUrl ? [provider('simulator', versioned(simulatorUrl), [])] : []),
  ];
}

function provider(
  kind: ProviderKind,
  url: string | undefined,
  keys: readonly string[],
  wellKnown = '',
): ConfiguredProvider {
  const baseUrl = trimmed(url ?? wellKnown);
  return { slug: kind, kind, baseUrl, keys, allowPrivate: baseUrl !== wellKnown };
}

/** LiteLLM and Anthropic are customarily named by their root; their OpenAI paths lie under `/v1`. */
function versioned(url: string): string {
  const root = trimmed(url);
  return root.endsWith('/v1') ? root : `${root}/v1`;
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '');
}
