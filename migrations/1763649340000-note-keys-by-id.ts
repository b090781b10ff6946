import type { MigrationInterface, QueryRunner } from 'typeorm';

const IGNORED = "'{last_used_at}'::text[]";

/** Replicas hear which API key changed by its id, which memory and running calls know it by, instead of its hash. */
export class NoteKeysById1763649340000 implements MigrationInterface {
  readonly name = 'NoteKeysById1763649340000';

  async up(db: QueryRunner): Promise<void> {
    await replace(db, 'id');
  }

  async down(db: QueryRunner): Promise<void> {
    await replace(db, 'secret_hash');
  }
}

async function replace(db: QueryRunner, key: string): Promise<void> {
  await db.query(`
    DROP TRIGGER api_keys_note_update ON api_keys;
    DROP TRIGGER api_keys_note_delete ON api_keys;
    CREATE TRIGGER api_keys_note_update AFTER UPDATE ON api_keys FOR EACH ROW
      WHEN (to_jsonb(OLD) - ${IGNORED} IS DISTINCT FROM to_jsonb(NEW) - ${IGNORED})
      EXECUTE FUNCTION note_change('api_keys', '${key}');
    CREATE TRIGGER api_keys_note_delete AFTER DELETE ON api_keys FOR EACH ROW
      EXECUTE FUNCTION note_change('api_keys', '${key}');
  `);
}
