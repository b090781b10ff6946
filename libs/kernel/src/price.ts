import type { Pico } from './money.js';

/** Who says what a model costs. */
export type PriceSource =
  | 'upstream' // its provider lists it
  | 'list' // the price list that comes with the product
  | 'admin' // an administrator
  | 'default'; // nobody: the configured default

/**
 * What the units of a call cost, each in pico-dollars. A price of its own that is null is not stated: such tokens cost
 * what the other tokens of their side cost, and such units cost nothing.
 */
export interface UnitPrices {
  /** A token of the prompt. */
  readonly input: Pico;
  /** A token of the prompt that the provider found in its cache. */
  readonly cachedRead: Pico | null;
  /** A token of the prompt that the provider wrote to its cache. */
  readonly cacheWrite: Pico | null;
  /** A token of the answer. */
  readonly output: Pico;
  /** A token of the answer that was spent on reasoning. */
  readonly reasoning: Pico | null;
  /** A token of sound in the prompt. */
  readonly audioInput: Pico | null;
  /** A token of sound in the answer. */
  readonly audioOutput: Pico | null;
  /** A token of a picture in the prompt. */
  readonly imageInput: Pico | null;
  /** A token of a picture in the answer. */
  readonly imageOutput: Pico | null;
  /** A picture that was made, however many tokens it has. */
  readonly perImage: Pico | null;
  /** The call itself. */
  readonly perRequest: Pico | null;
  /** A second of sound, begun ones count. */
  readonly perSecond: Pico | null;
  /** A character of text that was spoken. */
  readonly perCharacter: Pico | null;
  /** A search of the web, or a document that was ranked. */
  readonly perSearch: Pico | null;
  /** What the whole call costs when its prompt is long. */
  readonly longContext: LongContextPrices | null;
}

/** The dearer tier: pico-dollars a token, for every token of a call whose prompt has more tokens than the threshold. */
export interface LongContextPrices {
  /** Tokens of the prompt up to which, itself included, the normal prices hold. */
  readonly aboveTokens: number;
  readonly input: Pico;
  readonly cachedRead: Pico | null;
  readonly cacheWrite: Pico | null;
  readonly output: Pico;
}

/** The price of a model over a stretch of time. Once a call was rated with it, it never changes. */
export interface Price extends UnitPrices {
  readonly priceId: string;
  readonly source: PriceSource;
  readonly validFrom: Date;
}
