import { definePermissions } from '#libs/access';

export const apiKeyPermissions = definePermissions('api-keys', {
  read: { description: 'See own API keys.', roles: ['admin', 'admin-readonly', 'user'] },
  manage: { description: "Manage everybody's API keys.", roles: ['admin'] },
  write: { description: 'Issue, change, rotate and revoke own API keys.', roles: ['admin', 'user'] },
});
