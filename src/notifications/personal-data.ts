import type { RetentionRule } from '#libs/privacy';

export const notificationsRetention: readonly RetentionRule[] = [
  {
    kind: 'notifications',
    description: 'What administrators were told, unless it still stands.',
    table: 'notifications',
    since: 'CASE WHEN lasts THEN cleared_at ELSE created_at END',
    days: 365,
  },
];
