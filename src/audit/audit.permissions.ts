import { definePermissions } from '#libs/access';

export const auditPermissions = definePermissions('audit', {
  read: { description: 'Read the audit log.', roles: ['admin', 'admin-readonly'] },
});
