import { asRecord } from '../usage.reader.js';
import { liteLlmPrices, openRouterPrices } from './other-prices.js';
import { priceOf, textOf, tokensOf } from './upstream-model.js';
import type { UpstreamModel } from './upstream-model.js';

/**
 * LiteLLM `GET /model/info`: `{data: [{model_name, litellm_params, model_info}]}`.
 * A model name that several deployments share is listed once, by its first deployment, as LiteLLM balances over them.
 */
export function fromLiteLlm(answer: unknown): UpstreamModel[] {
  return distinct(entries(answer).map(fromLiteLlmEntry));
}

/** OpenAI `GET /models`: names and owners only; it says nothing of prices, limits or abilities. */
export function fromOpenAi(answer: unknown): UpstreamModel[] {
  return distinct(
    entries(answer).map((entry) => {
      const name = textOf(entry['id']);
      return name && { ...plain(name, /embed/i.test(name)), vendor: textOf(entry['owned_by']) };
    }),
  );
}

/** OpenRouter `GET /models`: prices are decimal strings of dollars a token. */
export function fromOpenRouter(answer: unknown): UpstreamModel[] {
  return distinct(entries(answer).map(fromOpenRouterEntry));
}

/** Anthropic `GET /v1/models`. */
export function fromAnthropic(answer: unknown): UpstreamModel[] {
  return distinct(
    entries(answer).map((entry) => {
      const name = textOf(entry['id']);
      return (
        name && {
          ...plain(name, false),
          vendor: 'anthropic',
          description: textOf(entry['display_name']),
          contextLength: tokensOf(entry['max_input_tokens']),
          maxOutputTokens: tokensOf(entry['max_tokens']),
          // True of every model that this catalogue has listed since it exists.
          supportsVision: true,
          supportsTools: true,
        }
      );
    }),
  );
}

function fromLiteLlmEntry(entry: Record<string, unknown>): UpstreamModel | undefined {
  const name = textOf(entry['model_name']);
  if (name === undefined) {
    return undefined;
  }
  const params = asRecord(entry['litellm_params']) ?? {};
  const info = asRecord(entry['model_info']) ?? {};
  const backend = textOf(params['model']);
  const isEmbedding = info['mode'] === 'embedding' || info['supports_embeddings'] === true;
  return {
    name,
    // The proxy routes by its own name; the backend name only tells what is behind it.
    upstreamName: name,
    vendor: textOf(info['litellm_provider']) ?? textOf(params['custom_llm_provider']) ?? vendorOf(backend),
    description: textOf(info['description']) ?? backend,
    contextLength: tokensOf(info['max_input_tokens'], info['max_tokens']),
    maxOutputTokens: tokensOf(info['max_output_tokens']),
    inputPrice: priceOf(info['input_cost_per_token'] ?? params['input_cost_per_token']),
    outputPrice: priceOf(info['output_cost_per_token'] ?? params['output_cost_per_token']),
    cachedInputPrice: priceOf(info['cache_read_input_token_cost'] ?? params['cache_read_input_token_cost']),
    otherPrices: liteLlmPrices({ ...params, ...info }),
    supportsVision: info['supports_vision'] === true,
    supportsTools: info['supports_function_calling'] === true,
    supportsStreaming: info['supports_native_streaming'] !== false && !isEmbedding,
    supportsEmbeddings: isEmbedding,
  };
}

function fromOpenRouterEntry(entry: Record<string, unknown>): UpstreamModel | undefined {
  const name = textOf(entry['id']);
  if (name === undefined) {
    return undefined;
  }
  const pricing = asRecord(entry['pricing']) ?? {};
  const architecture = asRecord(entry['architecture']) ?? {};
  const topProvider = asRecord(entry['top_provider']) ?? {};
  return {
    ...plain(name, listOf(architecture['output_modalities']).includes('embeddings')),
    vendor: vendorOf(name),
    description: textOf(entry['description']) ?? textOf(entry['name']),
    contextLength: tokensOf(entry['context_length'], topProvider['context_length']),
    maxOutputTokens: tokensOf(topProvider['max_completion_tokens']),
    inputPrice: priceOf(pricing['prompt']),
    outputPrice: priceOf(pricing['completion']),
    cachedInputPrice: priceOf(pricing['input_cache_read']),
    otherPrices: openRouterPrices(pricing),
    supportsVision: listOf(architecture['input_modalities']).includes('image'),
    supportsTools: listOf(entry['supported_parameters']).includes('tools'),
  };
}

function plain(name: string, isEmbedding: boolean): UpstreamModel {
  return {
    name,
    upstreamName: name,
    supportsVision: false,
    supportsTools: false,
    supportsStreaming: !isEmbedding,
    supportsEmbeddings: isEmbedding,
  };
}

/** `anthropic/claude-sonnet-4` → `anthropic`. */
function vendorOf(name: string | undefined): string | undefined {
  const slash = name?.indexOf('/') ?? -1;
  return slash > 0 ? name?.slice(0, slash) : undefined;
}

function entries(answer: unknown): Record<string, unknown>[] {
  return listOf(asRecord(answer)?.['data'])
    .map(asRecord)
    .filter((entry) => entry !== undefined);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function distinct(models: (UpstreamModel | undefined | '')[]): UpstreamModel[] {
  const byName = new Map<string, UpstreamModel>();
  for (const model of models) {
    if (model && !byName.has(model.name)) {
      byName.set(model.name, model);
    }
  }
  return [...byName.values()];
}
