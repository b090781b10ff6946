import { definePermissions } from '#libs/access';

export const balancePermissions = definePermissions('balance', {
  read: { description: 'See the own balance.', roles: ['admin', 'admin-readonly', 'user'] },
  change: { description: "Credit and correct everybody's balance.", roles: ['admin'] },
});
