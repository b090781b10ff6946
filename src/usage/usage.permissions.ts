import { definePermissions } from '#libs/access';

export const usagePermissions = definePermissions('usage', {
  read: { description: 'See own usage.', roles: ['admin', 'admin-readonly', 'user'] },
  'read-all': { description: "See everybody's usage.", roles: ['admin', 'admin-readonly'] },
  're-rate': { description: 'Rate the calls of a period again and book the difference.', roles: ['admin'] },
});
