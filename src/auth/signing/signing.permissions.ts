import { definePermissions } from '#libs/access';

export const signingPermissions = definePermissions('signing-keys', {
  read: { description: 'See which keys sign access tokens.', roles: ['admin', 'admin-readonly'] },
  rotate: { description: 'Give the key that signs access tokens a successor.', roles: ['admin'] },
});
