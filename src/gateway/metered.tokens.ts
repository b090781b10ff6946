import type { UpstreamUsage } from '#libs/upstream';
import type { UsageEvent } from '../usage/usage.meter.js';

/** The tokens of a call, and who counted them. */
export type MeteredTokens = Pick<
  UsageEvent,
  | 'inputTokens'
  | 'cachedInputTokens'
  | 'cacheWriteTokens'
  | 'longCacheWriteTokens'
  | 'audioInputTokens'
  | 'imageInputTokens'
  | 'outputTokens'
  | 'reasoningTokens'
  | 'audioOutputTokens'
  | 'imageOutputTokens'
  | 'tokensSource'
>;

export const NO_TOKENS: MeteredTokens = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, tokensSource: 'none' };

/** Twenty tokens of sound are a second, in which some thirteen characters are spoken. */
const TOKENS_PER_SPOKEN_CHARACTER = 1.5;

/** Of a recording, as OpenAI counts it. */
const TOKENS_PER_SECOND = 10;

export function reportedTokens(usage: UpstreamUsage): MeteredTokens {
  const { promptTokens, cachedTokens, completionTokens, ...parts } = usage;
  return {
    ...parts,
    inputTokens: promptTokens,
    cachedInputTokens: cachedTokens,
    outputTokens: completionTokens,
    tokensSource: 'provider',
  };
}

/** Sound says of itself neither how many tokens it was made of, nor how long it is. */
export function spokenTokens(characters: number): Pick<MeteredTokens, 'outputTokens' | 'audioOutputTokens'> {
  const tokens = Math.ceil(characters * TOKENS_PER_SPOKEN_CHARACTER);
  return { outputTokens: tokens, audioOutputTokens: tokens };
}

/** What a recording adds to the text that it comes with. */
export function heardTokens(text: number, seconds: number): Pick<MeteredTokens, 'inputTokens' | 'audioInputTokens'> {
  const tokens = seconds * TOKENS_PER_SECOND;
  return { inputTokens: text + tokens, audioInputTokens: tokens };
}
