import { defineConfig, url } from '#libs/config';

export const cacheConfig = defineConfig('cache', 'Redis', {
  redisUrl: url('REDIS_URL', {
    schemes: ['redis', 'rediss'],
    secret: true,
    description: 'Optional: lets replicas share their counters. Every feature works without it.',
  }),
});
