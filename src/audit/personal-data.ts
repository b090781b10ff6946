import type { PersonalColumn } from '#libs/privacy';

export const auditPersonalData: readonly PersonalColumn[] = [
  {
    table: 'audit_personal',
    column: 'person_id',
    where: "part = 'origin'",
    onDeletion: 'cascade',
    inExport: {
      name: 'activity',
      from: 'audit_personal p JOIN audit_logs l ON l.id = p.log_id',
      columns: {
        id: 'l.id',
        action: 'l.action',
        resourceType: 'l.resource_type',
        resourceId: 'l.resource_id',
        success: 'l.success',
        ip: 'p.ip',
        userAgent: 'p.user_agent',
        createdAt: 'l.created_at',
      },
      newestBy: 'l.id',
    },
  },
  {
    table: 'audit_logs',
    column: 'actor_id',
    onDeletion: { keep: 'What was done stays on record; who did it is shown as deleted-user.' },
    inExport: { omit: 'The activity is there.' },
  },
];
