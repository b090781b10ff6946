import { definePermissions } from '#libs/access';

export const notificationPermissions = definePermissions('notifications', {
  'read-alerts': { description: 'Read what administrators are told.', roles: ['admin', 'admin-readonly'] },
});
