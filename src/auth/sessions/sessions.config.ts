import { type ConfigProblem, defineConfig, integer } from '#libs/config';

export const sessionsConfig = defineConfig(
  'sessions',
  'Sessions',
  {
    most: integer('MAX_SESSIONS_PER_USER', {
      default: 5,
      min: 1,
      max: 100,
      description: 'Sessions that somebody may have at a time. One more ends the oldest.',
    }),
    idleDays: integer('SESSION_IDLE_DAYS', {
      default: 30,
      min: 1,
      max: 365,
      description: 'Days after which a session ends that was not used.',
    }),
    lifeDays: integer('SESSION_LIFE_DAYS', {
      default: 90,
      min: 1,
      max: 3_650,
      description: 'Days after which a session ends, however much it was used.',
    }),
  },
  ({ idleDays, lifeDays }): ConfigProblem[] =>
    lifeDays < idleDays ? [{ variable: 'SESSION_LIFE_DAYS', rule: 'must not be less than SESSION_IDLE_DAYS' }] : [],
);
