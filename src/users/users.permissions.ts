import { definePermissions } from '#libs/access';

export const userPermissions = definePermissions('users', {
  read: { description: 'See the accounts of all people.', roles: ['admin', 'admin-readonly'] },
  manage: {
    description: 'Change roles, suspend, restore, ban and unlock people, and remove second factors.',
    roles: ['admin'],
  },
  limit: { description: 'Set how much a person may spend and call.', roles: ['admin'] },
});
