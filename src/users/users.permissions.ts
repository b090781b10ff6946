import { definePermissions } from '#libs/access';

export const userPermissions = definePermissions('users', {
  limit: { description: 'Set how much a person may spend and call.', roles: ['admin'] },
});
