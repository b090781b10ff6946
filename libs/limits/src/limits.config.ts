import { defineConfig, integer } from '#libs/config';

const MOST = 1_000_000_000;

export const limitsConfig = defineConfig('limits', 'Rate limits', {
  anonymousPerMinute: integer('RATE_LIMIT_ANONYMOUS_PER_MINUTE', {
    default: 100,
    min: 0,
    max: MOST,
    description:
      'Requests a minute from one address (of IPv6, one /64) that prove no identity, refused credentials included. 0: no limit.',
  }),
  userPerMinute: integer('RATE_LIMIT_USER_PER_MINUTE', {
    default: 1_000,
    min: 0,
    max: MOST,
    description: 'Requests a minute of one person who is signed in, over all sessions. 0: no limit.',
  }),
  apiKeyPerMinute: integer('RATE_LIMIT_API_KEY_PER_MINUTE', {
    default: 10_000,
    min: 0,
    max: MOST,
    description: 'Requests a minute with one API key, whatever its own limits are. 0: no limit.',
  }),
});
