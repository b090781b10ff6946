import type { MigrationInterface, QueryRunner } from 'typeorm';

const CATALOGUE = ['models', 'model_prices', 'model_aliases', 'model_fallbacks', 'providers'] as const;

/** A statement that leaves the catalogue as it was is no change: replicas must not forget what they know for it. */
export class NoteRealChanges1763620005200 implements MigrationInterface {
  readonly name = 'NoteRealChanges1763620005200';

  async up(db: QueryRunner): Promise<void> {
    await db.query(NOTE);
    for (const table of CATALOGUE) {
      await db.query(`
        DROP TRIGGER ${table}_note ON ${table};
        CREATE TRIGGER ${table}_note_insert AFTER INSERT ON ${table} REFERENCING NEW TABLE AS one
          FOR EACH STATEMENT EXECUTE FUNCTION note_catalogue_change();
        CREATE TRIGGER ${table}_note_delete AFTER DELETE ON ${table} REFERENCING OLD TABLE AS one
          FOR EACH STATEMENT EXECUTE FUNCTION note_catalogue_change();
        CREATE TRIGGER ${table}_note_update AFTER UPDATE ON ${table} REFERENCING OLD TABLE AS one NEW TABLE AS two
          FOR EACH STATEMENT EXECUTE FUNCTION note_catalogue_change();
      `);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION note_catalogue_change() CASCADE');
    for (const table of CATALOGUE) {
      await db.query(`
        CREATE TRIGGER ${table}_note AFTER INSERT OR UPDATE OR DELETE ON ${table}
          FOR EACH STATEMENT EXECUTE FUNCTION note_change('catalogue')
      `);
    }
  }
}

const NOTE = `
  CREATE FUNCTION note_catalogue_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    changed boolean;
  BEGIN
    IF TG_OP = 'UPDATE' THEN
      changed := EXISTS (SELECT to_jsonb(one) - '{updated_at,last_synced_at}'::text[] FROM one
                         EXCEPT SELECT to_jsonb(two) - '{updated_at,last_synced_at}'::text[] FROM two);
    ELSE
      changed := EXISTS (SELECT FROM one);
    END IF;
    IF changed THEN
      INSERT INTO changes (topic, key) VALUES ('catalogue', '');
    END IF;
    RETURN NULL;
  END
  $$;
`;
