import { type Pico, type UnitPrices, usdToPico } from '#libs/kernel';
import { problemsOf, unitPrices } from './unit-prices.js';

/** A public price of the models whose names contain the key. */
export interface ListedPrice {
  readonly key: string;
  readonly prices: UnitPrices;
  /** Where it can be read. */
  readonly source: string;
  /** The day on which it was read there: `2026-11-20`. */
  readonly date: string;
}

/** Public prices of models, in the order in which they are written. */
export interface PriceList {
  /** A list with an earlier day never takes the place of one with a later. */
  readonly updated: string;
  readonly prices: readonly ListedPrice[];
}

/** Why a text is no price list; nothing of it is used then. */
export class PriceListRefused extends Error {}

export const LARGEST_LIST_BYTES = 1_048_576;
const MOST_PRICES = 5_000;
const LONGEST_TEXT = 500;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const AMOUNT = /^\d{1,6}(\.\d{1,6})?$/;
const MILLION = 1_000_000n;

const PER_MILLION = [
  'input',
  'cachedRead',
  'cacheWrite',
  'output',
  'reasoning',
  'audioInput',
  'audioOutput',
  'imageInput',
  'imageOutput',
] as const;
type TokenUnit = (typeof PER_MILLION)[number];
const PER_UNIT = ['perImage', 'perRequest', 'perSecond', 'perCharacter', 'perSearch'] as const;
const KNOWN = new Set<string>(['key', 'source', 'date', 'longContext', ...PER_MILLION, ...PER_UNIT]);
const KNOWN_OF_TIER = new Set(['aboveTokens', 'input', 'output', 'cachedRead', 'cacheWrite']);

type Json = Record<string, unknown>;

/**
 * Reads a price list: JSON `{updated, prices: [{key, source, date, input, output, …}]}`. Tokens are priced in US dollars
 * for a million, everything else for one; all amounts are decimal texts. It is taken whole or not at all.
 *
 * @throws PriceListRefused saying what is wrong, in one sentence
 */
export function readPriceList(text: string): PriceList {
  if (Buffer.byteLength(text) > LARGEST_LIST_BYTES) refuse(`it is larger than ${LARGEST_LIST_BYTES} bytes`);
  const list = objectOf(parsed(text), 'it is no JSON object');
  const { updated, prices } = list;
  if (!isDate(updated)) refuse('"updated" is no day');
  if (!Array.isArray(prices) || prices.length === 0) refuse('it has no prices');
  if (prices.length > MOST_PRICES) refuse(`it has more than ${MOST_PRICES} prices`);
  const read = prices.map(listedPrice);
  const keys = new Set<string>();
  for (const { key } of read) {
    if (keys.has(key)) refuse(`the key "${key}" is there twice`);
    keys.add(key);
  }
  return { updated, prices: read };
}

/**
 * The price that the list has for a model: the one of its very name, else of the longest key that the name contains as
 * whole words, else none. Of keys of the same length the last one counts. Upper and lower case are the same.
 */
export function findListed({ prices }: PriceList, modelName: string): ListedPrice | undefined {
  const name = modelName.toLowerCase();
  let best: ListedPrice | undefined;
  for (const listed of prices) {
    if (listed.key === name) return listed;
    if (listed.key.length >= (best?.key.length ?? 0) && containsWords(name, listed.key)) best = listed;
  }
  return best;
}

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Whether the name has the key in it, not cut out of a longer word or number: `gpt-5` is not in `gpt-5.1`. */
function containsWords(name: string, key: string): boolean {
  for (let at = name.indexOf(key); at >= 0; at = name.indexOf(key, at + 1)) {
    const end = at + key.length;
    if (isBoundary(name, at - 1, -1) && isBoundary(name, end, 1)) return true;
  }
  return false;
}

function isBoundary(name: string, at: number, outwards: 1 | -1): boolean {
  const character = name[at];
  if (character === undefined) return true;
  if (character === '.') return !/\d/.test(name[at + outwards] ?? '') || !/\d/.test(name[at - outwards] ?? '');
  return !LETTER_OR_DIGIT.test(character);
}

function listedPrice(value: unknown, index: number): ListedPrice {
  const entry = objectOf(value, `entry ${index} is no object`);
  const { key, source, date } = entry;
  if (typeof key !== 'string' || key.length < 2 || key.length > 255) return refuse(`entry ${index} has no key`);
  const fail = (problem: string): never => refuse(`"${key.slice(0, 100)}": ${problem}`);
  if (key !== key.toLowerCase()) fail('a key is written in lower case');
  if (typeof source !== 'string' || !URL.canParse(source) || source.length > LONGEST_TEXT)
    return fail('it names no source');
  if (!isDate(date)) return fail('its date is no day');
  for (const name of Object.keys(entry)) if (!KNOWN.has(name)) fail(`"${name.slice(0, 100)}" is unknown`);
  const prices = unitPrices({
    ...tokenPrices(entry, fail),
    ...Object.fromEntries(PER_UNIT.map((unit) => [unit, amountOf(entry[unit], 1n, fail)])),
    longContext: entry['longContext'] === undefined ? null : tierOf(entry['longContext'], fail),
  });
  for (const problem of problemsOf(prices)) fail(problem);
  const charges = [prices.input, prices.output, ...PER_UNIT.map((unit) => prices[unit] ?? 0n)];
  // A public price of nothing is a gap in the list; who gives a model away says so by hand.
  if (charges.every((price) => price === 0n)) fail('it costs nothing');
  return { key, prices, source, date };
}

type Fail = (problem: string) => never;

function tokenPrices(entry: Json, fail: Fail): Pick<UnitPrices, TokenUnit> {
  const read = (name: TokenUnit): Pico | null => amountOf(entry[name], MILLION, fail);
  return {
    input: read('input') ?? fail('it has no price of input'),
    cachedRead: read('cachedRead'),
    cacheWrite: read('cacheWrite'),
    output: read('output') ?? fail('it has no price of output'),
    reasoning: read('reasoning'),
    audioInput: read('audioInput'),
    audioOutput: read('audioOutput'),
    imageInput: read('imageInput'),
    imageOutput: read('imageOutput'),
  };
}

function tierOf(value: unknown, fail: Fail): UnitPrices['longContext'] {
  const tier = typeof value === 'object' && value !== null ? (value as Json) : fail('longContext is no object');
  for (const name of Object.keys(tier)) if (!KNOWN_OF_TIER.has(name)) fail(`longContext.${name} is unknown`);
  return {
    aboveTokens: typeof tier['aboveTokens'] === 'number' ? tier['aboveTokens'] : NaN,
    input: amountOf(tier['input'], MILLION, fail) ?? fail('longContext has no price of input'),
    output: amountOf(tier['output'], MILLION, fail) ?? fail('longContext has no price of output'),
    cachedRead: amountOf(tier['cachedRead'], MILLION, fail),
    cacheWrite: amountOf(tier['cacheWrite'], MILLION, fail),
  };
}

function amountOf(value: unknown, units: bigint, fail: Fail): Pico | null {
  if (value === undefined) return null;
  if (typeof value !== 'string' || !AMOUNT.test(value)) return fail('an amount is no decimal text');
  return usdToPico(value) / units;
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse('it is no JSON');
  }
}

function objectOf(value: unknown, problem: string): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : refuse(problem);
}

function refuse(problem: string): never {
  throw new PriceListRefused(`The price list was refused: ${problem}.`);
}
