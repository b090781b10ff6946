/** When something locks, and for how long. */
export interface LockoutTerms {
  /** Failures in a row that lock for the first time. */
  readonly failures: number;
  /** Length of the first lock. */
  readonly minutes: number;
  /** Failures in a row that lock for good; 0 for never. */
  readonly finalFailures: number;
}

/** What so many failures in a row bring about. */
export type Lock =
  { readonly kind: 'open' } | { readonly kind: 'locked'; readonly minutes: number } | { readonly kind: 'final' };

const LONGEST_FACTOR = 5;
const LONGEST_MINUTES = 24 * 60;

/**
 * Once locked, each further failure locks again, and for longer. What is tried while the lock lasts is no failure:
 * nobody looked at it.
 *
 * @param count failures since the last success, the one that just happened included
 */
export function lockAfter(count: number, { failures, minutes, finalFailures }: LockoutTerms): Lock {
  if (finalFailures !== 0 && count >= finalFailures) return { kind: 'final' };
  if (count < failures) return { kind: 'open' };
  const factor = Math.min(count - failures + 1, LONGEST_FACTOR);
  return { kind: 'locked', minutes: Math.min(minutes * factor, LONGEST_MINUTES) };
}
