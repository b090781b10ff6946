import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the audit log knows of people stands beside it and goes with them: the log itself is never changed. It can be
 * deleted only by the deletion of the person, whose foreign key does it; see docs/adr/0014.
 */
export class PartPeopleFromAudit1763640710000 implements MigrationInterface {
  readonly name = 'PartPeopleFromAudit1763640710000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLE);
    await db.query(VIEW);
    await db.query('ALTER TABLE audit_logs DISABLE TRIGGER audit_logs_append_only');
    await db.query(MOVE_ORIGINS);
    await db.query(MOVE_SUBJECTS);
    await db.query('ALTER TABLE audit_logs ENABLE TRIGGER audit_logs_append_only');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE audit_logs DISABLE TRIGGER audit_logs_append_only');
    await db.query(`
      UPDATE audit_logs l SET ip = t.ip, user_agent = t.user_agent, old_values = t.old_values, new_values = t.new_values
        FROM audit_trail t WHERE t.id = l.id AND EXISTS (SELECT FROM audit_personal p WHERE p.log_id = l.id)
    `);
    await db.query('ALTER TABLE audit_logs ENABLE TRIGGER audit_logs_append_only');
    await db.query(`
      DROP VIEW audit_trail;
      DROP TABLE audit_personal;
      DROP FUNCTION audit_personal_goes_with_its_person();
    `);
  }
}

const TABLE = `
  CREATE TABLE audit_personal (
    log_id uuid NOT NULL REFERENCES audit_logs,
    part text NOT NULL CHECK (part IN ('origin', 'subject')),
    person_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    ip text,
    user_agent text,
    old_values jsonb,
    new_values jsonb,
    PRIMARY KEY (log_id, part)
  );
  COMMENT ON COLUMN audit_personal.part IS 'origin: from where the actor came; subject: what was said of whom it was done to';
  CREATE INDEX audit_personal_person_id ON audit_personal (person_id);
  CREATE FUNCTION audit_personal_goes_with_its_person() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    -- A foreign key deletes from within a trigger of its own.
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'audit_personal is append only' USING ERRCODE = 'insufficient_privilege';
  END
  $$;
  CREATE TRIGGER audit_personal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_personal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_personal_goes_with_its_person();
`;

/** The log as it is read: with what is known of people who are there. */
const VIEW = `
  CREATE VIEW audit_trail AS
    SELECT l.id, l.action, l.resource_type, l.resource_id,
           CASE WHEN l.actor_kind <> 'user' THEN l.actor_kind
                WHEN EXISTS (SELECT FROM users u WHERE u.id = l.actor_id::uuid) THEN 'user'
                ELSE 'deleted-user' END AS actor_kind,
           l.actor_id, l.success, l.error_code,
           CASE WHEN s.old_values IS NULL THEN l.old_values ELSE coalesce(l.old_values, '{}') || s.old_values END AS old_values,
           CASE WHEN s.new_values IS NULL THEN l.new_values ELSE coalesce(l.new_values, '{}') || s.new_values END AS new_values,
           coalesce(o.ip, l.ip) AS ip, coalesce(o.user_agent, l.user_agent) AS user_agent,
           l.request_id, l.created_at
      FROM audit_logs l
      LEFT JOIN audit_personal o ON o.log_id = l.id AND o.part = 'origin'
      LEFT JOIN audit_personal s ON s.log_id = l.id AND s.part = 'subject'
`;

const MOVE_ORIGINS = `
  INSERT INTO audit_personal (log_id, part, person_id, ip, user_agent)
  SELECT l.id, 'origin', u.id, l.ip, l.user_agent
    FROM audit_logs l
    LEFT JOIN api_keys k ON l.actor_kind = 'api-key' AND k.id::text = l.actor_id
    JOIN users u ON u.id::text = CASE l.actor_kind WHEN 'user' THEN l.actor_id
                                                   WHEN 'api-key' THEN k.user_id::text
                                                   WHEN 'anonymous' THEN CASE l.resource_type WHEN 'user' THEN l.resource_id END END
   WHERE l.ip IS NOT NULL OR l.user_agent IS NOT NULL;
  UPDATE audit_logs l SET ip = NULL, user_agent = NULL
    FROM audit_personal p WHERE p.log_id = l.id AND p.part = 'origin';
`;

const MASKED = String.raw`regexp_replace(%->>'email', '^(.)[^@]*@(.).*?(\.[^.@]*)?$', '\1***@\2***\3')`;
const OLD = MASKED.replace('%', 'l.old_values');
const NEW = MASKED.replace('%', 'l.new_values');
/** Of people and of failed sign-ins. */
const ABOUT_PEOPLE = `l.resource_type = 'user' AND l.action IN ('USER_CREATED', 'USER_UPDATED', 'SIGN_IN_FAILED')`;

const MOVE_SUBJECTS = `
  UPDATE audit_logs l
     SET old_values = CASE WHEN l.old_values ? 'email' THEN jsonb_set(l.old_values, '{email}', to_jsonb(${OLD})) ELSE l.old_values END,
         new_values = CASE WHEN l.new_values ? 'email' THEN jsonb_set(l.new_values, '{email}', to_jsonb(${NEW})) ELSE l.new_values END
   WHERE ${ABOUT_PEOPLE};
  INSERT INTO audit_personal (log_id, part, person_id, old_values, new_values)
  SELECT l.id, 'subject', u.id,
         (SELECT jsonb_object_agg(key, value) FROM jsonb_each(l.old_values) WHERE key IN ('email', 'name')),
         (SELECT jsonb_object_agg(key, value) FROM jsonb_each(l.new_values) WHERE key IN ('email', 'name'))
    FROM audit_logs l JOIN users u ON u.id::text = l.resource_id
   WHERE ${ABOUT_PEOPLE};
  UPDATE audit_logs l SET old_values = l.old_values - '{email,name}'::text[],
                          new_values = l.new_values - '{email,name}'::text[]
    FROM audit_personal p WHERE p.log_id = l.id AND p.part = 'subject';
`;
