import type { ValueTransformer } from 'typeorm';

/** A `bigint` column of counts, which stay far below 2^53: node-postgres reads it as text. */
export const asCount: ValueTransformer = { from: Number, to: (value: unknown) => value };

/** A `numeric(38,0)` column of pico-dollars. */
export const asPico: ValueTransformer = { from: BigInt, to: (value: bigint) => value.toString() };
