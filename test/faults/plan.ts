/** How much is asked of the run: what `npm test` has time for, or a column of docs/accounting.md. */
export type Size = 'brief' | 'short' | 'long';

const SIZES: readonly Size[] = ['brief', 'short', 'long'];
/** Under so many who call at once each fault comes. */
const CALLERS: Readonly<Record<Size, number>> = { brief: 24, short: 200, long: 200 };

const { SLUICE_FAULTS, SLUICE_FAULTS_SEED, SLUICE_FAULTS_ONLY, SLUICE_FAULTS_TIMES, SLUICE_FAULTS_JSON } = process.env;

const size = SIZES.find((each) => each === SLUICE_FAULTS) ?? 'brief';

/** What `npm run test:faults` was asked for; without it, what `npm test` does. */
export const PLAN = {
  size,
  seed: Number(SLUICE_FAULTS_SEED ?? Math.floor(Math.random() * 1e9)),
  /** Names of scenarios; undefined for all. */
  only: SLUICE_FAULTS_ONLY?.split(','),
  /** Instead of each scenario's own number. */
  times: SLUICE_FAULTS_TIMES === undefined ? undefined : Number(SLUICE_FAULTS_TIMES),
  /** Where the report goes as JSON. */
  json: SLUICE_FAULTS_JSON,
  callers: CALLERS[size],
  limitMs: size === 'long' ? 6 * 3_600_000 : 600_000,
} as const;
