import type { Pico, UnitPrices } from '#libs/kernel';
import type { UpstreamModel } from '#libs/upstream';
import { findListed, type ListedPrice, type PriceList } from './price-list.js';
import { type PriceStatement, problemsOf, type StatedPrice, unitPrices } from './unit-prices.js';

/** What stands in where a provider says nothing. */
export interface PriceFallbacks {
  readonly list: PriceList | undefined;
  /** Pico-dollars a token, in and out. */
  readonly defaultPrice: Pico;
}

/**
 * What a model costs while no administrator says otherwise. What its provider states counts, also when that is an
 * explicit nothing; what it leaves out is taken from the price list, and what is not there either costs the default.
 * So a price that is missing never makes a model free. Pure.
 */
export function basePrice(model: UpstreamModel, { list, defaultPrice }: PriceFallbacks): StatedPrice {
  const own = ownPrices(model);
  if (own.input !== undefined && own.output !== undefined) {
    const plain = { input: own.input, output: own.output, cachedRead: model.cachedInputPrice ?? null };
    const whole = unitPrices({ ...model.otherPrices, ...plain });
    return { ...(problemsOf(whole).length === 0 ? whole : unitPrices(plain)), ...by('upstream') };
  }
  const listed = list && (findListed(list, model.upstreamName) ?? findListed(list, model.name));
  if (listed) return { ...filled(listed.prices, own), ...byList(listed) };
  return {
    ...unitPrices({ input: own.input ?? defaultPrice, output: own.output ?? defaultPrice }),
    ...by('default'),
  };
}

type TokenPrices = { readonly input: Pico | undefined; readonly output: Pico | undefined };

/** The provider's prices of tokens, with the nothing that follows from what else it says. */
function ownPrices({ inputPrice, outputPrice, otherPrices = {}, supportsEmbeddings }: UpstreamModel): TokenPrices {
  const { perImage, perSecond, perCharacter, imageOutput } = otherPrices;
  const chargesNoTokens = inputPrice === undefined && (perImage ?? perSecond ?? perCharacter ?? 0n) > 0n;
  return {
    input: chargesNoTokens ? 0n : inputPrice,
    // Pictures come out, or text goes in and no text comes out: no price of output is missing.
    output: outputPrice ?? imageOutput ?? (chargesNoTokens || supportsEmbeddings ? 0n : undefined),
  };
}

/** The list's prices with what the provider states itself put in. */
function filled(listed: UnitPrices, own: TokenPrices): UnitPrices {
  const prices = { ...listed, input: own.input ?? listed.input, output: own.output ?? listed.output };
  return problemsOf(prices).length === 0 ? prices : { ...prices, longContext: null };
}

function by(source: 'upstream' | 'default'): PriceStatement {
  return { source, sourceNote: null, sourceUrl: null, sourceDate: null };
}

function byList({ key, source, date }: ListedPrice): PriceStatement {
  return { source: 'list', sourceNote: `Matched by "${key}".`, sourceUrl: source, sourceDate: date };
}
