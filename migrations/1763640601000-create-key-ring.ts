import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The keys that everything is sealed, hashed and signed with, sealed under that of the configuration. */
export class CreateKeyRing1763640601000 implements MigrationInterface {
  readonly name = 'CreateKeyRing1763640601000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE ring_keys (
        id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
        purpose text NOT NULL CHECK (purpose IN ('seal', 'hash', 'sign')),
        sealed_secret bytea NOT NULL,
        sealed_with text NOT NULL,
        usable_from timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TRIGGER ring_keys_note AFTER INSERT OR UPDATE OR DELETE ON ring_keys
        FOR EACH STATEMENT EXECUTE FUNCTION note_change('ring_keys');
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE ring_keys');
  }
}
