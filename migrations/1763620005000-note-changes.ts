import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What replicas must forget. Triggers note it in the transaction of the change itself, so no writer can leave it out,
 * and every note is announced at its commit. Whoever misses the announcement finds the note by its transaction's id.
 */
export class NoteChanges1763620005000 implements MigrationInterface {
  readonly name = 'NoteChanges1763620005000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE changes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        changed_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
        noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX changes_changed_in ON changes (changed_in);
    `);
    await db.query(NOTE);
    await db.query(ANNOUNCE);
    for (const statement of TRIGGERS) await db.query(statement);
  }

  async down(db: QueryRunner): Promise<void> {
    // With the functions go the triggers that call them.
    await db.query(`
      DROP FUNCTION note_change() CASCADE;
      DROP TABLE changes;
      DROP FUNCTION announce_change();
    `);
  }
}

/** Notes the topic that is its first argument, with the columns that the others name as the key; a statement has none. */
const NOTE = `
  CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    facts jsonb := CASE WHEN TG_LEVEL = 'ROW' THEN to_jsonb(OLD) END;
  BEGIN
    INSERT INTO changes (topic, key)
    SELECT TG_ARGV[0], coalesce(string_agg(facts ->> named.col, ' ' ORDER BY named.place), '')
      FROM unnest(TG_ARGV) WITH ORDINALITY AS named (col, place)
     WHERE named.place > 1;
    RETURN NULL;
  END
  $$;
`;

const ANNOUNCE = `
  CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('sluice_changes', NEW.topic || ' ' || NEW.key);
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER changes_announce AFTER INSERT ON changes FOR EACH ROW EXECUTE FUNCTION announce_change();
`;

/** Table and topic, the columns of the key, and the columns whose change means nothing to anybody. */
const ROWS = [
  ['api_keys', ['secret_hash'], 'last_used_at'],
  ['api_key_models', ['api_key_id'], ''],
  ['users', ['id'], 'last_sign_in_at,updated_at'],
  ['teams', ['id'], 'updated_at'],
  ['team_members', ['user_id'], ''],
  ['sessions', ['id', 'user_id'], 'refresh_hash,last_used_at,expires_at'],
  ['subscriptions', ['user_id', 'model_id'], 'updated_at'],
] as const;

/** Of these, thousands of rows change in one statement, and whoever reads them keeps all or nothing. */
const CATALOGUE = ['models', 'model_prices', 'model_aliases', 'model_fallbacks', 'providers'] as const;

const TRIGGERS = [
  ...ROWS.flatMap(([table, key, ignored]) => {
    const note = `EXECUTE FUNCTION note_change(${[table, ...key].map((word) => `'${word}'`).join(', ')})`;
    const differs = `WHEN (to_jsonb(OLD) - '{${ignored}}'::text[] IS DISTINCT FROM to_jsonb(NEW) - '{${ignored}}'::text[])`;
    return [
      `CREATE TRIGGER ${table}_note_update AFTER UPDATE ON ${table} FOR EACH ROW ${differs} ${note}`,
      `CREATE TRIGGER ${table}_note_delete AFTER DELETE ON ${table} FOR EACH ROW ${note}`,
    ];
  }),
  ...CATALOGUE.map(
    (table) =>
      `CREATE TRIGGER ${table}_note AFTER INSERT OR UPDATE OR DELETE ON ${table}
         FOR EACH STATEMENT EXECUTE FUNCTION note_change('catalogue')`,
  ),
];
