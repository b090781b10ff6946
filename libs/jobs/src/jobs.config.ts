import { defineConfig, flag } from '#libs/config';

export const jobsConfig = defineConfig('jobs', 'Background jobs', {
  run: flag('RUN_JOBS', {
    default: true,
    description: 'Whether this process runs background jobs. Replicas share them; `false` leaves them to a worker.',
  }),
});
