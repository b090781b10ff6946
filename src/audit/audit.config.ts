import { defineConfig, integer } from '#libs/config';

export const auditConfig = defineConfig('audit', 'Audit', {
  refusalsPerMinute: integer('AUDIT_REFUSALS_PER_MINUTE', {
    default: 30,
    min: 0,
    max: 100_000,
    description:
      'Most rows of the audit log that one client address gets in a minute for refused requests and failed sign-ins.',
  }),
});
