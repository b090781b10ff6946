import { type ConfigProblem, defineConfig, flag, integer, list } from '#libs/config';
import { DEFAULT_SCORES, readScores } from './violation.scores.js';

export const violationsConfig = defineConfig(
  'violations',
  'Violations and bans',
  {
    bans: flag('BAN_VIOLATIONS', {
      default: true,
      description: 'Whether violations ban. They are recorded in any case.',
    }),
    points: integer('BAN_POINTS', {
      default: 20,
      min: 1,
      max: 1_000_000,
      description: 'Points of one person within a day that ban them; as many again ban again.',
    }),
    networkPoints: integer('BAN_NETWORK_POINTS', {
      default: 100,
      min: 0,
      max: 1_000_000,
      description:
        'Points of one network within an hour that shut it out of signing in and registering; 0 for never. Raise it where many people share an address.',
    }),
    minutes: integer('BAN_MINUTES', {
      default: 120,
      min: 1,
      max: 525_600,
      description: 'How long such a ban lasts.',
    }),
    scores: list('VIOLATION_SCORES', {
      default: [],
      description: `Other scores than ${Object.entries(DEFAULT_SCORES)
        .map(([type, score]) => `${type}=${score}`)
        .join(', ')}.`,
    }),
  },
  ({ scores }): ConfigProblem[] =>
    readScores(scores) ? [] : [{ variable: 'VIOLATION_SCORES', rule: 'must be entries such as illegal_model=10' }],
);
