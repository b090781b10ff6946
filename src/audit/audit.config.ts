import { defineConfig, integer } from '#libs/config';

export const auditConfig = defineConfig('audit', 'Audit', {
  refusalsPerMinute: integer('AUDIT_REFUSALS_PER_MINUTE', {
    default: 30,
    min: 0,
    max: 100_000,
    description: 'Most refused requests of one client address that get a row of the audit log in a minute.',
  }),
});
