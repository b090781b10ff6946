import { definePermissions } from '#libs/access';

export const invitationPermissions = definePermissions('invitations', {
  read: { description: 'See who was invited.', roles: ['admin', 'admin-readonly'] },
  manage: { description: 'Invite people, and take invitations back.', roles: ['admin'] },
});
