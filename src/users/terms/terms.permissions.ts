import { definePermissions } from '#libs/access';

export const termsPermissions = definePermissions('terms', {
  read: { description: 'See the terms of use and how they are set.', roles: ['admin', 'admin-readonly'] },
  write: { description: 'Set the terms of use, and ask everybody for them anew.', roles: ['admin'] },
});
