import { definePermissions, ROLES } from '#libs/access';

export const modelPermissions = definePermissions('models', {
  read: { description: 'See the catalogue of models and their prices.', roles: ROLES },
});
