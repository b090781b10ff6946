import { defineConfig, integer, list } from '#libs/config';
import { CHOSEN_ACTIONS } from './rule.js';

const NONE = 'none';

export const accessConfig = defineConfig(
  'access',
  'Access',
  {
    recentSeconds: integer('RECENT_AUTH_SECONDS', {
      default: 900,
      min: 30,
      max: 86_400,
      description:
        'How long ago a person may have proved who they are for sensitive actions; later, `POST /api/auth/reauthenticate` comes first.',
    }),
    recentFor: list('RECENT_AUTH_FOR', {
      default: CHOSEN_ACTIONS,
      description: `Which actions are sensitive in that way: ${CHOSEN_ACTIONS.join(', ')}, or \`${NONE}\`. Those on a person's own password, address and factors always are.`,
    }),
  },
  ({ recentFor }) =>
    recentFor.every((name) => name === NONE || CHOSEN_ACTIONS.some((known) => known === name))
      ? []
      : [{ variable: 'RECENT_AUTH_FOR', rule: `must be words of ${[...CHOSEN_ACTIONS, NONE].join(', ')}` }],
);
