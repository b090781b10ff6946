import type { Pico, UnitPrices } from '#libs/kernel';

/**
 * What a call used. Whatever is a part of something is counted in it as well: cached, written, heard and seen tokens
 * are part of `inputTokens`, reasoning, spoken and drawn ones of `outputTokens`.
 */
export interface RatedUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens?: number;
  readonly cacheWriteTokens?: number;
  /** Part of `cacheWriteTokens` that is kept for an hour. */
  readonly longCacheWriteTokens?: number;
  readonly audioInputTokens?: number;
  readonly imageInputTokens?: number;
  readonly outputTokens: number;
  readonly reasoningTokens?: number;
  readonly audioOutputTokens?: number;
  readonly imageOutputTokens?: number;
  /** Pictures that were made. */
  readonly images?: number;
  /** Sound; a second that was begun counts as one. */
  readonly audioSeconds?: number;
  readonly characters?: number;
  readonly searches?: number;
  /** Calls of the provider; one unless said. */
  readonly requests?: number;
}

/** What each kind of unit cost, in pico-dollars; the sum is the cost. */
export interface CostParts {
  readonly input: Pico;
  readonly cachedRead: Pico;
  readonly cacheWrite: Pico;
  readonly audioInput: Pico;
  readonly imageInput: Pico;
  readonly output: Pico;
  readonly reasoning: Pico;
  readonly audioOutput: Pico;
  readonly imageOutput: Pico;
  readonly images: Pico;
  readonly requests: Pico;
  readonly seconds: Pico;
  readonly characters: Pico;
  readonly searches: Pico;
  /** The surcharge on an answer that was cut short and counted here. */
  readonly incomplete: Pico;
}

export interface Rated {
  /** Pico-dollars. */
  readonly cost: Pico;
  readonly parts: CostParts;
}

export interface RatingOptions {
  /**
   * The answer was cut short and its tokens were counted here: its side costs 15 % more, because the provider had
   * generated more than was seen. The surcharge is rounded down to a whole pico-dollar, in favour of the payer.
   */
  readonly incomplete?: boolean;
  /** The surcharge never lifts the cost above this: what the call was held for. */
  readonly atMost?: Pico;
}

const SURCHARGE_PERCENT = 15n;
/** To write to a cache for an hour costs twice the input where to write for five minutes costs 1.25 times (Anthropic). */
const LONG_WRITE_TIMES = 8n;
const LONG_WRITE_OF = 5n;

/** Pico-dollars for each kind of token, in the tier that holds for a prompt. */
interface Tier {
  readonly input: Pico;
  readonly cachedRead: Pico;
  readonly cacheWrite: Pico;
  readonly longCacheWrite: Pico;
  readonly audioInput: Pico;
  readonly imageInput: Pico;
  readonly output: Pico;
  readonly reasoning: Pico;
  readonly audioOutput: Pico;
  readonly imageOutput: Pico;
}

/**
 * The exact cost of a call. Pure; nothing is rounded but the surcharge, and the price of writing to a cache for long.
 * Counts that are no numbers, or negative, count as none, and parts that are more than their whole as the whole, so that
 * no report makes a call cheaper than free.
 */
export function rate(price: UnitPrices, usage: RatedUsage, options: RatingOptions = {}): Rated {
  const input = count(usage.inputTokens);
  const output = count(usage.outputTokens);
  const tier = tierOf(price, input);
  const [cachedRead, cacheWrite, audioInput, imageInput, plainInput] = split(input, [
    usage.cachedInputTokens,
    usage.cacheWriteTokens,
    usage.audioInputTokens,
    usage.imageInputTokens,
  ]) as [bigint, bigint, bigint, bigint, bigint];
  const [longWrite, shortWrite] = split(cacheWrite, [usage.longCacheWriteTokens]) as [bigint, bigint];
  const [reasoning, audioOutput, imageOutput, plainOutput] = split(output, [
    usage.reasoningTokens,
    usage.audioOutputTokens,
    usage.imageOutputTokens,
  ]) as [bigint, bigint, bigint, bigint];
  const tokens = {
    input: plainInput * tier.input,
    cachedRead: cachedRead * tier.cachedRead,
    cacheWrite: shortWrite * tier.cacheWrite + longWrite * tier.longCacheWrite,
    audioInput: audioInput * tier.audioInput,
    imageInput: imageInput * tier.imageInput,
    output: plainOutput * tier.output,
    reasoning: reasoning * tier.reasoning,
    audioOutput: audioOutput * tier.audioOutput,
    imageOutput: imageOutput * tier.imageOutput,
  };
  const parts = { ...tokens, ...unitParts(price, usage) };
  const complete = sum(parts);
  const answer = parts.output + parts.reasoning + parts.audioOutput + parts.imageOutput;
  const incomplete = options.incomplete === true ? surchargeOn(answer, complete, options.atMost) : 0n;
  return { cost: complete + incomplete, parts: { ...parts, incomplete } };
}

/** How large a call can become, as far as its request tells. */
export interface UsageBounds {
  /** No more tokens in the prompt. */
  readonly inputBound: number;
  /** No more tokens in the answer. */
  readonly outputBound: number;
  /** False when the request cannot make the provider write to its cache; then the price of writing is no matter. */
  readonly mayWriteCache?: boolean;
  /** False when nothing of that can be kept for an hour. */
  readonly mayWriteCacheForLong?: boolean;
  /** False when neither side can have sound. */
  readonly mayHaveAudio?: boolean;
  /** False when neither side can have pictures. */
  readonly mayHaveImages?: boolean;
  readonly images?: number;
  readonly audioSeconds?: number;
  readonly characters?: number;
  readonly searches?: number;
  /** Calls of the provider; one unless said. */
  readonly requests?: number;
}

/**
 * The most that a call within these bounds can cost, in pico-dollars: every token at its dearest kind, in the dearest
 * tier that could apply. `rate` of any usage within the bounds is never more, and with this as `atMost` a surcharge
 * does not change that.
 */
export function worstCase(price: UnitPrices, bounds: UsageBounds): Pico {
  const input = count(bounds.inputBound);
  const output = count(bounds.outputBound);
  // A bound above the threshold does not say that the prompt will be: either tier may apply.
  const tiers = [tierOf(price, 0n), tierOf(price, input)];
  const tokens = tiers.map((tier) => input * dearestInput(tier, bounds) + output * dearestOutput(tier, bounds));
  return dearest(tokens) + sum(unitParts(price, bounds));
}

function dearestInput(tier: Tier, bounds: UsageBounds): Pico {
  const { mayWriteCache, mayWriteCacheForLong, mayHaveAudio, mayHaveImages } = bounds;
  return dearest([
    tier.input,
    tier.cachedRead,
    ...(mayWriteCache === false ? [] : [tier.cacheWrite]),
    ...(mayWriteCache === false || mayWriteCacheForLong === false ? [] : [tier.longCacheWrite]),
    ...(mayHaveAudio === false ? [] : [tier.audioInput]),
    ...(mayHaveImages === false ? [] : [tier.imageInput]),
  ]);
}

function dearestOutput(tier: Tier, { mayHaveAudio, mayHaveImages }: UsageBounds): Pico {
  return dearest([
    tier.output,
    tier.reasoning,
    ...(mayHaveAudio === false ? [] : [tier.audioOutput]),
    ...(mayHaveImages === false ? [] : [tier.imageOutput]),
  ]);
}

/** Above the threshold the dearer tier holds for the whole call; at the threshold the normal one. */
function tierOf(price: UnitPrices, inputTokens: bigint): Tier {
  const { longContext } = price;
  const base = longContext !== null && inputTokens > BigInt(longContext.aboveTokens) ? longContext : price;
  return {
    input: base.input,
    cachedRead: base.cachedRead ?? base.input,
    cacheWrite: base.cacheWrite ?? base.input,
    longCacheWrite: base.cacheWrite === null ? base.input : (base.cacheWrite * LONG_WRITE_TIMES) / LONG_WRITE_OF,
    audioInput: price.audioInput ?? base.input,
    imageInput: price.imageInput ?? base.input,
    output: base.output,
    reasoning: price.reasoning ?? base.output,
    audioOutput: price.audioOutput ?? base.output,
    imageOutput: price.imageOutput ?? base.output,
  };
}

type Units = Pick<RatedUsage, 'images' | 'audioSeconds' | 'characters' | 'searches' | 'requests'>;

function unitParts(
  price: UnitPrices,
  { images, audioSeconds, characters, searches, requests = 1 }: Units,
): Pick<CostParts, 'images' | 'requests' | 'seconds' | 'characters' | 'searches'> {
  return {
    images: count(images) * (price.perImage ?? 0n),
    requests: count(requests) * (price.perRequest ?? 0n),
    seconds: count(audioSeconds) * (price.perSecond ?? 0n),
    characters: count(characters) * (price.perCharacter ?? 0n),
    searches: count(searches) * (price.perSearch ?? 0n),
  };
}

/** The parts of a whole, in order, none more than what is left of it, and the rest. */
function split(whole: bigint, parts: readonly (number | undefined)[]): bigint[] {
  let left = whole;
  const taken = parts.map((part) => {
    const take = count(part);
    const fits = take < left ? take : left;
    left -= fits;
    return fits;
  });
  return [...taken, left];
}

function surchargeOn(answer: Pico, complete: Pico, atMost: Pico | undefined): Pico {
  const surcharge = (answer * SURCHARGE_PERCENT) / 100n;
  if (atMost === undefined || complete + surcharge <= atMost) return surcharge;
  return complete < atMost ? atMost - complete : 0n;
}

function count(units: number | undefined): bigint {
  return units !== undefined && Number.isFinite(units) && units > 0 ? BigInt(Math.ceil(units)) : 0n;
}

function sum(parts: Readonly<Record<string, Pico>>): Pico {
  return Object.values(parts).reduce((total, part) => total + part, 0n);
}

function dearest(prices: readonly Pico[]): Pico {
  return prices.reduce((most, price) => (price > most ? price : most), 0n);
}
