import { definePermissions } from '#libs/access';

export const violationPermissions = definePermissions('violations', {
  read: { description: 'See violations.', roles: ['admin', 'admin-readonly'] },
});
