import { definePermissions } from '#libs/access';

export const userDefaultsPermissions = definePermissions('user-defaults', {
  read: { description: 'See what new people may spend and call.', roles: ['admin', 'admin-readonly'] },
  write: { description: 'Set what new people may spend and call.', roles: ['admin'] },
});
