import { type LongContextPrices, type Pico, picoToUsd, type PriceSource, type UnitPrices } from '#libs/kernel';

/** Who stated a price, and where it can be read. */
export interface PriceStatement {
  readonly source: PriceSource;
  readonly sourceNote: string | null;
  readonly sourceUrl: string | null;
  /** The day on which it was read there: `2026-11-20`. */
  readonly sourceDate: string | null;
}

/** A price before it is anybody's: what units cost, and who says so. */
export type StatedPrice = UnitPrices & PriceStatement;

const NOT_STATED: Omit<UnitPrices, 'input' | 'output'> = {
  cachedRead: null,
  cacheWrite: null,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
  imageInput: null,
  imageOutput: null,
  perImage: null,
  perRequest: null,
  perSecond: null,
  perCharacter: null,
  perSearch: null,
  longContext: null,
};

export type UnitName = Exclude<keyof UnitPrices, 'longContext'>;

/** Every unit that has a price, in the order in which they are shown. */
export const UNITS: readonly UnitName[] = [
  'input',
  'cachedRead',
  'cacheWrite',
  'output',
  'reasoning',
  'audioInput',
  'audioOutput',
  'imageInput',
  'imageOutput',
  'perImage',
  'perRequest',
  'perSecond',
  'perCharacter',
  'perSearch',
];

/** Prices of tokens; those of other units are for much more at once. */
const TOKEN_UNITS: ReadonlySet<UnitName> = new Set(UNITS.filter((unit) => !unit.startsWith('per')));

/** All prices of a model from those that are stated. */
export function unitPrices(stated: Partial<UnitPrices> & Pick<UnitPrices, 'input' | 'output'>): UnitPrices {
  return { ...NOT_STATED, ...stated };
}

/** Whether every unit costs the same. */
export function samePrices(a: UnitPrices, b: UnitPrices): boolean {
  return UNITS.every((unit) => a[unit] === b[unit]) && textOfTier(a.longContext) === textOfTier(b.longContext);
}

const ABSURD_FACTOR = 10n;

/** The units whose price becomes ten times what it was, or a tenth, or more than that; from and to nothing as well. */
export function absurdChanges(before: UnitPrices, after: UnitPrices): UnitName[] {
  return UNITS.filter((unit) => {
    const [old, next] = [effective(before, unit), effective(after, unit)];
    return old !== next && (old * ABSURD_FACTOR <= next || next * ABSURD_FACTOR <= old);
  });
}

/** What a unit costs in the end: a token without a price of its own costs what others of its side do. */
function effective(prices: UnitPrices, unit: UnitName): Pico {
  const own = prices[unit];
  if (own !== null) return own;
  if (!TOKEN_UNITS.has(unit)) return 0n;
  return unit === 'reasoning' || unit.endsWith('Output') ? prices.output : prices.input;
}

/** A dollar a token is thousands of times the dearest model, a thousand a picture as well: a mistake in units. */
const MOST_PER_TOKEN: Pico = 1_000_000_000_000n;
const MOST_PER_UNIT: Pico = 1_000n * MOST_PER_TOKEN;

/** What no price may be, each as a sentence; a good price gives none. */
export function problemsOf(prices: UnitPrices): string[] {
  const { longContext } = prices;
  const problems = UNITS.filter((unit) => {
    const price = prices[unit];
    return price !== null && (price < 0n || price > (TOKEN_UNITS.has(unit) ? MOST_PER_TOKEN : MOST_PER_UNIT));
  }).map((unit) => `${unit} is out of range.`);
  if (longContext === null) return problems;
  const { aboveTokens, input, output, cachedRead, cacheWrite } = longContext;
  if (!Number.isSafeInteger(aboveTokens) || aboveTokens <= 0 || aboveTokens > 2_147_483_647)
    problems.push('longContext.aboveTokens is no number of tokens.');
  if ([input, output, cachedRead, cacheWrite].some((price) => price !== null && price > MOST_PER_TOKEN))
    problems.push('longContext is out of range.');
  // Otherwise a longer prompt could cost less than a shorter one.
  const cheaper =
    input < prices.input ||
    output < prices.output ||
    (cachedRead ?? input) < (prices.cachedRead ?? prices.input) ||
    (cacheWrite ?? input) < (prices.cacheWrite ?? prices.input);
  if (cheaper) problems.push('longContext is cheaper than the normal prices.');
  return problems;
}

/** Decimals of US dollars by the names of the units, those that are not stated left out. */
export function shownPrices(prices: UnitPrices): Record<string, unknown> {
  const stated = UNITS.flatMap((unit) => {
    const price = prices[unit];
    return price === null ? [] : [[unit, picoToUsd(price)] as const];
  });
  const tier = prices.longContext;
  return { ...Object.fromEntries(stated), ...(tier === null ? {} : { longContext: shownTier(tier) }) };
}

function shownTier({ aboveTokens, input, output, cachedRead, cacheWrite }: LongContextPrices): Record<string, unknown> {
  return {
    aboveTokens,
    input: picoToUsd(input),
    output: picoToUsd(output),
    ...(cachedRead === null ? {} : { cachedRead: picoToUsd(cachedRead) }),
    ...(cacheWrite === null ? {} : { cacheWrite: picoToUsd(cacheWrite) }),
  };
}

function textOfTier(tier: LongContextPrices | null): string {
  return tier === null ? '' : JSON.stringify(shownTier(tier));
}
