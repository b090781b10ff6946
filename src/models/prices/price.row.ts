import type { Price, PriceSource } from '#libs/kernel';
import { type StatedPrice, type UnitName, UNITS } from './unit-prices.js';

/** A price as it is kept: with its model, its author, and the stretch of time in which it may hold. */
export interface KeptPrice extends Price, StatedPrice {
  readonly source: PriceSource;
  readonly modelId: string;
  /** When an override was taken back. */
  readonly validUntil: Date | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
}

/** PostgreSQL's bigint travels as text, because a number could not hold it. */
export type PriceRow = Readonly<Record<UnitName, string | null>> & {
  readonly input: string;
  readonly output: string;
  readonly priceId: string;
  readonly modelId: string;
  readonly source: PriceSource;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly longAbove: number | null;
  readonly longInput: string | null;
  readonly longCachedRead: string | null;
  readonly longCacheWrite: string | null;
  readonly longOutput: string | null;
  readonly sourceNote: string | null;
  readonly sourceUrl: string | null;
  readonly sourceDate: string | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const TIER = ['longAbove', 'longInput', 'longCachedRead', 'longCacheWrite', 'longOutput'] as const;
const STATEMENT = ['sourceNote', 'sourceUrl'] as const;

/** The columns of the table that a new price fills, with the type of each. */
const FILLED: readonly (readonly [name: string, type: string])[] = [
  ['modelId', 'text'],
  ['source', 'text'],
  ...UNITS.map((unit) => [unit, 'bigint'] as const),
  ...TIER.map((name) => [name, name === 'longAbove' ? 'integer' : 'bigint'] as const),
  ...STATEMENT.map((name) => [name, 'text'] as const),
  ['sourceDate', 'date'],
  ['createdBy', 'uuid'],
];

/** What is selected of a price, from the table or function of this alias. */
export const priceColumns = (alias: string): string =>
  [
    `${alias}.id AS "priceId"`,
    `${alias}.valid_from AS "validFrom"`,
    `${alias}.valid_until AS "validUntil"`,
    `${alias}.created_at AS "createdAt"`,
    // A day has no time zone; the driver would give it one.
    `${alias}.source_date::text AS "sourceDate"`,
    ...FILLED.filter(([name]) => name !== 'sourceDate').map(([name]) => `${alias}.${snake(name)} AS "${name}"`),
  ].join(', ');

/** Inserts the rows of a JSON array, which may say `validFrom`; without it, from now on. */
export const INSERT_PRICES = `
  INSERT INTO model_prices (id, valid_from, ${FILLED.map(([name]) => snake(name)).join(', ')})
  SELECT "priceId", coalesce("validFrom", now()), ${FILLED.map(([name]) => `"${name}"`).join(', ')}
    FROM jsonb_to_recordset($1::jsonb) AS row
         ("priceId" uuid, "validFrom" timestamptz, ${FILLED.map(([name, type]) => `"${name}" ${type}`).join(', ')})`;

/** One element of the array that {@link INSERT_PRICES} takes. */
export interface NewPrice {
  readonly priceId: string;
  readonly modelId: string;
  readonly price: StatedPrice;
  readonly validFrom?: Date | undefined;
  readonly createdBy?: string | undefined;
}

export function insertable({ price, ...row }: NewPrice): Record<string, unknown> {
  const { longContext, ...flat } = price;
  const units = Object.fromEntries(UNITS.map((unit) => [unit, flat[unit]?.toString() ?? null]));
  return {
    ...row,
    ...flat,
    ...units,
    longAbove: longContext?.aboveTokens ?? null,
    longInput: longContext?.input.toString() ?? null,
    longCachedRead: longContext?.cachedRead?.toString() ?? null,
    longCacheWrite: longContext?.cacheWrite?.toString() ?? null,
    longOutput: longContext?.output.toString() ?? null,
  };
}

export function keptPrice(row: PriceRow): KeptPrice {
  const { longAbove, longInput, longCachedRead, longCacheWrite, longOutput, ...rest } = row;
  const units = Object.fromEntries(UNITS.map((unit) => [unit, big(row[unit])])) as Record<UnitName, bigint | null>;
  return {
    ...rest,
    ...units,
    input: BigInt(row.input),
    output: BigInt(row.output),
    longContext:
      longAbove === null || longInput === null || longOutput === null
        ? null
        : {
            aboveTokens: longAbove,
            input: BigInt(longInput),
            cachedRead: big(longCachedRead),
            cacheWrite: big(longCacheWrite),
            output: BigInt(longOutput),
          },
  };
}

function big(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
