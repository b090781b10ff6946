import { definePermissions } from '#libs/access';

export const scimPermissions = definePermissions('scim-tokens', {
  read: { description: 'See the tokens of directories that provision.', roles: ['admin', 'admin-readonly'] },
  write: { description: 'Make and revoke the tokens of directories that provision.', roles: ['admin'] },
});
