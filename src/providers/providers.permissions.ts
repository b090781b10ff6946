import { definePermissions } from '#libs/access';

export const providerPermissions = definePermissions('providers', {
  read: { description: 'See the upstream providers and how their keys do.', roles: ['admin', 'admin-readonly'] },
  write: { description: 'Change the upstream providers and their keys.', roles: ['admin'] },
});
