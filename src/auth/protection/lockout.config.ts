import { type ConfigProblem, defineConfig, integer } from '#libs/config';

export const lockoutConfig = defineConfig(
  'lockout',
  'Lock-out',
  {
    failures: integer('LOCKOUT_FAILURES', {
      default: 5,
      min: 1,
      max: 100,
      description: 'Wrong passwords in a row that lock an account against devices that it was not used on.',
    }),
    minutes: integer('LOCKOUT_MINUTES', {
      default: 30,
      min: 1,
      max: 1_440,
      description:
        'Length of the first lock. Each wrong password after that locks for longer: twice, three times, at most five times as long and never above a day.',
    }),
    finalFailures: integer('LOCKOUT_FINAL_FAILURES', {
      default: 10,
      min: 0,
      max: 1_000,
      description: 'Wrong passwords in a row that lock an account until an administrator unlocks it; 0 for never.',
    }),
  },
  ({ failures, finalFailures }): ConfigProblem[] =>
    finalFailures !== 0 && finalFailures <= failures
      ? [{ variable: 'LOCKOUT_FINAL_FAILURES', rule: 'must be greater than LOCKOUT_FAILURES, or 0' }]
      : [],
);
