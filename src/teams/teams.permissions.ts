import { definePermissions } from '#libs/access';

export const teamPermissions = definePermissions('teams', {
  read: { description: 'See own teams.', roles: ['admin', 'admin-readonly', 'user'] },
  'read-all': { description: 'See every team.', roles: ['admin', 'admin-readonly'] },
  write: { description: 'Make, change and delete teams.', roles: ['admin'] },
});
