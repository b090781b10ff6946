import { definePermissions, ROLES } from '#libs/access';

export const subscriptionPermissions = definePermissions('subscriptions', {
  read: { description: 'See own subscriptions.', roles: ROLES },
  write: { description: 'Subscribe to models, and cancel own subscriptions.', roles: ['admin', 'user'] },
  'set-quotas': { description: "Set the quotas of anybody's subscription.", roles: ['admin'] },
});
