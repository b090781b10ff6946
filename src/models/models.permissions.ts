import { definePermissions, ROLES } from '#libs/access';

export const modelPermissions = definePermissions('models', {
  read: { description: 'See the catalogue of models and their prices.', roles: ROLES },
  'read-prices': {
    description: 'See what models cost, cost before and will cost.',
    roles: ['admin', 'admin-readonly'],
  },
  'set-prices': { description: 'Set the prices of models, and take them back.', roles: ['admin'] },
});
