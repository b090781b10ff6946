/** Tokens of one call as the provider reports them. */
export interface UpstreamUsage {
  promptTokens: number;
  completionTokens: number;
  /** Part of `promptTokens` that came from the provider's cache. */
  cachedTokens: number;
  /** Part of `promptTokens` that the provider wrote to its cache, which some charge more for. */
  cacheWriteTokens: number;
  /** Part of `cacheWriteTokens` that is kept for an hour instead of minutes, which costs more again. */
  longCacheWriteTokens?: number;
  /** Part of `completionTokens` that was spent on reasoning. */
  reasoningTokens: number;
  /** Parts of `promptTokens` and of `completionTokens` that are sound or pictures, where there are any. */
  audioInputTokens?: number;
  imageInputTokens?: number;
  audioOutputTokens?: number;
  imageOutputTokens?: number;
}

/** No model has such a window; a larger number is a fault of the provider, not a bill to pass on. */
const MAX_BELIEVABLE_TOKENS = 100_000_000;

/**
 * Reads `usage` of an answer (chat, completions, embeddings; `input_tokens`/`output_tokens` as well).
 * Missing, negative, fractional, NaN or absurd numbers give `undefined`: the caller counts for itself then.
 */
export function usageOf(json: unknown): UpstreamUsage | undefined {
  const answer = asRecord(json);
  const usage = asRecord(answer?.['usage']) ?? asRecord(asRecord(answer?.['response'])?.['usage']);
  if (usage === undefined) {
    return undefined;
  }
  const promptTokens = tokens(usage['prompt_tokens'] ?? usage['input_tokens']);
  // Embeddings have no completion; everything else that leaves it out has said nothing.
  const isEmbedding = answer?.['object'] === 'list';
  const completionTokens = tokens(
    usage['completion_tokens'] ?? usage['output_tokens'] ?? (isEmbedding ? 0 : undefined),
  );
  if (promptTokens === undefined || completionTokens === undefined) {
    return undefined;
  }
  const promptDetails = asRecord(
    usage['prompt_tokens_details'] ?? usage['input_tokens_details'] ?? usage['input_token_details'],
  );
  const completionDetails = asRecord(usage['completion_tokens_details'] ?? usage['output_tokens_details']);
  // A part cannot be larger than its whole.
  const part = (value: unknown, whole: number): number => Math.min(tokens(value) ?? 0, whole);
  const cachedTokens = part(promptDetails?.['cached_tokens'], promptTokens);
  const cacheWriteTokens = part(
    promptDetails?.['cache_write_tokens'] ?? promptDetails?.['cache_creation_tokens'],
    promptTokens,
  );
  const thought = unsaid(usage, promptTokens + completionTokens, [cachedTokens, cacheWriteTokens]);
  const generated = completionTokens + thought;
  return {
    promptTokens,
    completionTokens: generated,
    cachedTokens,
    cacheWriteTokens,
    reasoningTokens: part(completionDetails?.['reasoning_tokens'] ?? thought, generated),
    ...some({
      audioInputTokens: part(promptDetails?.['audio_tokens'], promptTokens),
      imageInputTokens: part(promptDetails?.['image_tokens'], promptTokens),
      audioOutputTokens: isSpeech(answer) ? generated : part(completionDetails?.['audio_tokens'], generated),
      imageOutputTokens: part(
        completionDetails?.['image_tokens'] ?? (isDrawing(answer) ? generated : undefined),
        generated,
      ),
    }),
  };
}

/**
 * Tokens that are in no part but in the sum: xAI and Google leave what a model thought out of the answer, and charge for
 * it as for the answer. A sum that is off by what was read from a cache, written to it or both says something else.
 */
function unsaid(usage: Record<string, unknown>, said: number, [read, written]: readonly [number, number]): number {
  const more = (tokens(usage['total_tokens']) ?? 0) - said;
  return more > 0 && ![read, written, read + written].includes(more) ? more : 0;
}

function isSpeech(answer: Record<string, unknown> | undefined): boolean {
  return answer?.['type'] === 'speech.audio.done';
}

/** Whoever draws says rarely that what came of it were pictures. */
function isDrawing(answer: Record<string, unknown> | undefined): boolean {
  return DRAWN.has(answer?.['type']) || (Array.isArray(answer?.['data']) && answer['object'] === undefined);
}

const DRAWN = new Set<unknown>(['image_generation.completed', 'image_edit.completed']);

function some<T extends Record<string, number>>(counts: T): Partial<T> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) as Partial<T>;
}

/**
 * Reads Anthropic's `usage`, whose three input figures are parts of the prompt, not the whole of it.
 * The usage at the beginning of a stream has an output figure that is no more than a first guess.
 */
export function anthropicUsageOf(value: unknown): UpstreamUsage | undefined {
  const usage = asRecord(value);
  const fresh = tokens(usage?.['input_tokens']);
  const completionTokens = tokens(usage?.['output_tokens']);
  const cacheWriteTokens = tokens(usage?.['cache_creation_input_tokens'] ?? 0);
  const cachedTokens = tokens(usage?.['cache_read_input_tokens'] ?? 0);
  if (fresh === undefined || completionTokens === undefined) {
    return undefined;
  }
  if (cacheWriteTokens === undefined || cachedTokens === undefined) {
    return undefined;
  }
  const details = asRecord(usage?.['output_tokens_details']);
  const written = asRecord(usage?.['cache_creation']);
  return {
    promptTokens: fresh + cacheWriteTokens + cachedTokens,
    completionTokens,
    cachedTokens,
    cacheWriteTokens,
    ...some({
      longCacheWriteTokens: Math.min(tokens(written?.['ephemeral_1h_input_tokens']) ?? 0, cacheWriteTokens),
    }),
    reasoningTokens: Math.min(tokens(details?.['thinking_tokens']) ?? 0, completionTokens),
  };
}

/** Whether it names a count of tokens that cannot be true; a usage that counts something else is none. */
export function misreports(usage: unknown): boolean {
  const counts = asRecord(usage) ?? {};
  return COUNTS.some(
    (name) => counts[name] !== undefined && counts[name] !== null && tokens(counts[name]) === undefined,
  );
}

const COUNTS = [
  'prompt_tokens',
  'completion_tokens',
  'input_tokens',
  'output_tokens',
  'cache_creation_input_tokens',
  'cache_read_input_tokens',
];

/** What an answer can be asked for by, where it could be the name of anything at all. */
export function answerIdOf(answer: Record<string, unknown> | undefined): string | undefined {
  const id = answer?.['id'];
  return typeof id === 'string' && /^[!-~]{1,256}$/.test(id) ? id : undefined;
}

function tokens(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_BELIEVABLE_TOKENS
    ? value
    : undefined;
}

/** A JSON object, or nothing. */
export function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
