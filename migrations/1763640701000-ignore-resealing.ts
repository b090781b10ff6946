import type { MigrationInterface, QueryRunner } from 'typeorm';

const BEFORE = 'last_sign_in_at,updated_at';
const SEALED = 'email_sealed,email_key_id,email_index,phone_sealed,phone_key_id,phone_index';

/** What is sealed again is no news: replicas must not forget everybody because the encryption key changes. */
export class IgnoreResealing1763640701000 implements MigrationInterface {
  readonly name = 'IgnoreResealing1763640701000';

  async up(db: QueryRunner): Promise<void> {
    await replace(db, `${BEFORE},${SEALED}`);
  }

  async down(db: QueryRunner): Promise<void> {
    await replace(db, BEFORE);
  }
}

async function replace(db: QueryRunner, ignored: string): Promise<void> {
  await db.query(`
    DROP TRIGGER users_note_update ON users;
    CREATE TRIGGER users_note_update AFTER UPDATE ON users FOR EACH ROW
      WHEN (to_jsonb(OLD) - '{${ignored}}'::text[] IS DISTINCT FROM to_jsonb(NEW) - '{${ignored}}'::text[])
      EXECUTE FUNCTION note_change('users', 'id');
  `);
}
