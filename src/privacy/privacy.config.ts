import { defineConfig, integer } from '#libs/config';

export const privacyConfig = defineConfig('privacy', 'Privacy', {
  unverifiedDays: integer('UNVERIFIED_ACCOUNT_DAYS', {
    default: 7,
    min: 0,
    max: 3_650,
    description:
      'Days until an account that somebody made, and neither verified nor ever used, is deleted. 0 keeps it for ever.',
  }),
});
