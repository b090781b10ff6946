import { defineConfig, integer } from '#libs/config';

export const callLimitsConfig = defineConfig('call-limits', 'Limits of calls', {
  parallelPerUser: integer('PARALLEL_CALLS_PER_USER', {
    default: 0,
    min: 0,
    max: 100_000,
    description: 'Calls of one person that may run at a time in one replica, over all their API keys. 0: any number.',
  }),
});
