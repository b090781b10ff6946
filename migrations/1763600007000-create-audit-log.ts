import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuditLog1763600007000 implements MigrationInterface {
  readonly name = 'CreateAuditLog1763600007000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE audit_logs (
        id uuid PRIMARY KEY,
        action text NOT NULL,
        resource_type text NOT NULL,
        resource_id text,
        actor_kind text NOT NULL,
        actor_id text,
        success boolean NOT NULL,
        error_code text,
        old_values jsonb,
        new_values jsonb,
        ip text,
        user_agent text,
        request_id text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX audit_logs_actor_id ON audit_logs (actor_id, id DESC);
      CREATE INDEX audit_logs_action ON audit_logs (action, id DESC);
      CREATE FUNCTION audit_logs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit_logs is append only' USING ERRCODE = 'insufficient_privilege';
      END
      $$;
      CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
        FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_append_only();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE audit_logs;
      DROP FUNCTION audit_logs_append_only();
    `);
  }
}
