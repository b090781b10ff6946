import { defineConfig, integer } from '#libs/config';

export const recoveryConfig = defineConfig('recovery', 'Recovery of accounts', {
  rateMax: integer('RECOVERY_RATE_MAX', {
    default: 3,
    min: 1,
    max: 1_000_000,
    description:
      'Mails of one kind that somebody may ask for in an hour, from one address of the network to one e-mail address.',
  }),
  networkRateMax: integer('RECOVERY_NETWORK_RATE_MAX', {
    default: 30,
    min: 1,
    max: 1_000_000,
    description:
      'The same, from one address of the network to all e-mail addresses; also links and codes that are tried from there.',
  }),
});
