import { httpErrors } from '#libs/http';
import { type Pico, picoToUsd, usdToPico } from '#libs/kernel';
import { type CapStanding, type SpendingCap, WHOLE_LIFE } from './spending-caps.js';

/** A cap in the words of callers; what is undefined stays, and null takes away. */
export interface CapWish {
  readonly maxBudget?: string | null;
  readonly softBudget?: string | null;
  readonly budgetDuration?: string | null;
}

/** A cap as it is shown. */
export interface CapView {
  readonly maxBudget: Pico | null;
  readonly softBudget: Pico | null;
  /** Null: for the whole life. */
  readonly budgetDuration: string | null;
  /** In the period that holds now; null where nothing counts it. */
  readonly spend: Pico | null;
  readonly budgetResetAt: Date | null;
}

/**
 * What a wish makes of the cap that there is.
 *
 * @returns undefined when the wish says nothing of it; null when no cap is left
 * @throws DomainError validation_failed for a soft budget of nothing, which would warn of nothing
 */
export function capOf(wish: CapWish, before: CapStanding | undefined): SpendingCap | null | undefined {
  const { maxBudget, softBudget, budgetDuration } = wish;
  if (maxBudget === undefined && softBudget === undefined && budgetDuration === undefined) return undefined;
  const amount = maxBudget === undefined ? (before?.amount ?? null) : picoOf(maxBudget);
  const softAmount = softBudget === undefined ? (before?.softAmount ?? null) : picoOf(softBudget);
  if (softAmount === 0n) {
    throw httpErrors.validation_failed({ message: 'softBudget must be more than nothing', param: 'softBudget' });
  }
  if (amount === null && softAmount === null) return null;
  const period = budgetDuration === undefined ? (before?.period ?? WHOLE_LIFE) : (budgetDuration ?? WHOLE_LIFE);
  return { amount, softAmount, period };
}

export function viewOf(cap: CapStanding | undefined): CapView {
  return {
    maxBudget: cap?.amount ?? null,
    softBudget: cap?.softAmount ?? null,
    budgetDuration: cap === undefined || cap.period === WHOLE_LIFE ? null : cap.period,
    spend: cap?.spent ?? null,
    budgetResetAt: cap?.resetsAt ?? null,
  };
}

/** The settings of a cap as decimals, for the record. */
export function recordOf({ maxBudget, softBudget, budgetDuration }: CapView): {
  maxBudget: string | null;
  softBudget: string | null;
  budgetDuration: string | null;
} {
  return {
    maxBudget: maxBudget === null ? null : picoToUsd(maxBudget),
    softBudget: softBudget === null ? null : picoToUsd(softBudget),
    budgetDuration,
  };
}

function picoOf(usd: string | null): Pico | null {
  return usd === null ? null : usdToPico(usd);
}
