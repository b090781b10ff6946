import type { Pico } from '#libs/kernel';

/** Whose spending is capped. */
export type CapScope = 'key' | 'key-model' | 'user' | 'team';

/** A cap in money, as somebody wishes for it. */
export interface SpendingCap {
  /** Pico-dollars a period; null for a cap that only warns. */
  readonly amount: Pico | null;
  /** A calendar period in UTC, `total`, or a length such as `30d` or `1mo`. */
  readonly period: string;
  /** Pico-dollars a period from which on somebody is told; calls go on. */
  readonly softAmount?: Pico | null;
}

/** A cap, and what was spent of it in the period that holds now. */
export interface CapStanding extends Required<SpendingCap> {
  readonly spent: Pico;
  /** When spending begins anew; null for never. */
  readonly resetsAt: Date | null;
}

/**
 * Sets and shows caps in money. Those whose things are capped (keys, people, teams) know only this; the accounting
 * core implements it, and the composition root brings them together.
 */
export abstract class SpendingCaps {
  /** Part of the open transaction. Null takes the cap away. Calls obey once it is committed, on every replica. */
  abstract set(scope: CapScope, id: string, cap: SpendingCap | null): Promise<void>;

  /** By id; what is not capped is left out. */
  abstract of(scope: CapScope, ids: readonly string[]): Promise<ReadonlyMap<string, CapStanding>>;

  /**
   * Begins a new period now, with nothing spent; what the old one holds stays on record. Part of the open
   * transaction.
   */
  abstract restart(scope: CapScope, id: string): Promise<void>;
}

/** The words of callers for a period: calendar periods, or a number of seconds, minutes, hours, days or months. */
export const CAP_PERIOD = /^(?:daily|weekly|monthly|yearly|[1-9]\d{0,5}(?:s|m|h|d|mo))$/;
/** The period of a cap without one. */
export const WHOLE_LIFE = 'total';
