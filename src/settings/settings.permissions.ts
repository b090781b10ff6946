import { definePermissions } from '#libs/access';

export const settingsPermissions = definePermissions('config', {
  read: { description: 'Read the configuration, with secrets masked.', roles: ['admin', 'admin-readonly'] },
  write: { description: 'Change what is set while the product runs.', roles: ['admin'] },
});
