/**
 * What a person must do before the house is open to them.
 * - `mfa-setup`: set up a second factor
 * - `terms`: accept the terms of use
 */
export const DUTIES = ['mfa-setup', 'terms'] as const;
export type Duty = (typeof DUTIES)[number];
