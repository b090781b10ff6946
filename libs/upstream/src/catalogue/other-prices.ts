import type { LongContextPrices } from '#libs/kernel';
import { priceOf } from './upstream-model.js';
import type { UpstreamModel } from './upstream-model.js';

type OtherPrices = NonNullable<UpstreamModel['otherPrices']>;
type Json = Record<string, unknown>;

/** LiteLLM's `model_info` beyond the prices of plain text, in dollars a unit. */
export function liteLlmPrices(info: Json): OtherPrices | undefined {
  return stated({
    cacheWrite: positive(info['cache_creation_input_token_cost']),
    reasoning: positive(info['output_cost_per_reasoning_token']),
    audioInput: positive(info['input_cost_per_audio_token']),
    audioOutput: positive(info['output_cost_per_audio_token']),
    imageInput: positive(info['input_cost_per_image_token']),
    imageOutput: positive(info['output_cost_per_image_token']),
    perImage: positive(info['output_cost_per_image']),
    perSecond: positive(info['input_cost_per_second']),
    perCharacter: positive(info['input_cost_per_character']),
    perSearch: positive(info['input_cost_per_query']) ?? dearestSearch(info['search_context_cost_per_query']),
    longContext: liteLlmTier(info),
  });
}

/** OpenRouter's `pricing` beyond the prices of plain text, in dollars a unit. */
export function openRouterPrices(pricing: Json): OtherPrices | undefined {
  return stated({
    cacheWrite: positive(pricing['input_cache_write']),
    reasoning: positive(pricing['internal_reasoning']),
    audioInput: positive(pricing['audio']),
    audioOutput: positive(pricing['audio_output']),
    imageOutput: positive(pricing['image_output']),
    perRequest: positive(pricing['request']),
    perSearch: positive(pricing['web_search']),
  });
}

/** A search of the web, by how much of what it finds is read; nobody is told how much that will be. */
function dearestSearch(costs: unknown): bigint | null {
  const stated = typeof costs === 'object' && costs !== null ? Object.values(costs) : [costs];
  return stated.map(positive).reduce((most, cost) => ((cost ?? 0n) > (most ?? 0n) ? cost : most), null);
}

/** Only what is stated, or nothing at all. */
function stated(prices: OtherPrices): OtherPrices | undefined {
  const said = Object.entries(prices).filter(([, price]) => price !== null);
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

/** Catalogues write 0 here for what they do not charge by: nothing is stated then. */
function positive(value: unknown): bigint | null {
  const price = priceOf(value);
  return price === undefined || price === 0n ? null : price;
}

/** The dearer prices that hold above a number of thousands of tokens, which is part of their names. */
function liteLlmTier(info: Json): LongContextPrices | null {
  const thousands = Object.keys(info)
    .map((name) => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(name)?.[1])
    .find((found) => found !== undefined);
  if (thousands === undefined) return null;
  const above = (name: string): bigint | null => positive(info[`${name}_above_${thousands}k_tokens`]);
  const [input, output] = [above('input_cost_per_token'), above('output_cost_per_token')];
  if (input === null || output === null) return null;
  return {
    aboveTokens: Number(thousands) * 1_000,
    input,
    output,
    cachedRead: above('cache_read_input_token_cost'),
    cacheWrite: above('cache_creation_input_token_cost'),
  };
}
