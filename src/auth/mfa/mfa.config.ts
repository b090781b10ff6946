import { defineConfig, flag } from '#libs/config';

export const mfaConfig = defineConfig('mfa', 'Second factors', {
  requireForAdmins: flag('REQUIRE_ADMIN_MFA', {
    description:
      'Refuse administrators everything but the set-up of a second factor while they have none. Unset: in production only.',
  }),
});
