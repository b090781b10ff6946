import { definePermissions, ROLES } from '#libs/access';

export const modelPermissions = definePermissions('models', {
  read: { description: 'See the catalogue of models and their prices.', roles: ROLES },
  'read-routes': {
    description: 'See other names of models, and what stands in for them.',
    roles: ['admin', 'admin-readonly'],
  },
  'set-routes': { description: 'Give models other names, and say what stands in for them.', roles: ['admin'] },
  'read-prices': {
    description: 'See what models cost, cost before and will cost.',
    roles: ['admin', 'admin-readonly'],
  },
  'set-prices': { description: 'Set the prices of models, and take them back.', roles: ['admin'] },
});
