import { definePermissions } from '#libs/access';

export const privacyPermissions = definePermissions('privacy', {
  retain: { description: 'Run the rules that delete what is of no use any more.', roles: ['admin'] },
});
