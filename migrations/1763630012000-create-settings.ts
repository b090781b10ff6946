import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What administrators set while the product runs. Replicas keep it in memory and are told to forget it. */
export class CreateSettings1763630012000 implements MigrationInterface {
  readonly name = 'CreateSettings1763630012000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE settings (
        key text PRIMARY KEY,
        value jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )
    `);
    await db.query(`
      CREATE FUNCTION note_setting() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO changes (topic, key) VALUES ('settings', coalesce(NEW.key, OLD.key));
        RETURN NULL;
      END
      $$;
      CREATE TRIGGER settings_note AFTER INSERT OR UPDATE OR DELETE ON settings
        FOR EACH ROW EXECUTE FUNCTION note_setting();
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE settings; DROP FUNCTION note_setting()');
  }
}
