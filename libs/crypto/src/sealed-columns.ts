import type { SealedPlace } from './sealed-box.js';

/** A column that holds sealed boxes. The primary key of its table is `id`. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** Names the key that sealed the box, and under which the index was made. */
  readonly keyColumn: string;
  /**
   * Holds the blind index of what is sealed: a keyed hash, which finds equal values and tells nothing without the key.
   */
  readonly indexColumn?: string;
}

const declared: SealedColumn[] = [];

/** Declares that a column holds sealed boxes: a change of the encryption key walks through all that are declared. */
export function defineSealed<C extends SealedColumn>(column: C): C {
  declared.push(column);
  return column;
}

export function declaredSealedColumns(): readonly SealedColumn[] {
  return declared;
}

/** Where the box of a row belongs. */
export function placeIn({ table, column }: SealedColumn, row: string): SealedPlace {
  return { table, row, column };
}

/** The purpose of the keyed hash that is the blind index of a column. */
export function indexPurpose({ table, indexColumn }: SealedColumn & { readonly indexColumn: string }): string {
  return `${table}.${indexColumn}`;
}
