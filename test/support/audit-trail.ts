import type { TestApp } from './app.js';

/** A row of the audit log as it stands in the database. */
export interface AuditRow {
  readonly id: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string | null;
  readonly actor_kind: string;
  readonly actor_id: string | null;
  readonly success: boolean;
  readonly error_code: string | null;
  readonly old_values: Record<string, unknown> | null;
  readonly new_values: Record<string, unknown> | null;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
}

/** Every row so far, the oldest first. */
export async function auditRows(t: TestApp): Promise<AuditRow[]> {
  const { rows } = await t.db.query<AuditRow>('SELECT * FROM audit_trail ORDER BY id');
  return rows;
}

/** What the work wrote to the audit log. */
export async function auditedBy(t: TestApp, work: () => Promise<unknown>): Promise<AuditRow[]> {
  const before = new Set((await auditRows(t)).map(({ id }) => id));
  await work();
  return (await auditRows(t)).filter(({ id }) => !before.has(id));
}
