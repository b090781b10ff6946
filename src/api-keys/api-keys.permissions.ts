import { definePermissions } from '#libs/access';

export const apiKeyPermissions = definePermissions('api-keys', {
  read: { description: 'See own API keys.', roles: ['admin', 'admin-readonly', 'user'] },
  write: { description: 'Issue, change, rotate and revoke own API keys.', roles: ['admin', 'user'] },
});
