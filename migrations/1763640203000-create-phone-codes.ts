import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Codes by which people show that a telephone number is theirs; one at a time for each person. */
export class CreatePhoneCodes1763640203000 implements MigrationInterface {
  readonly name = 'CreatePhoneCodes1763640203000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE phone_codes (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT phone_codes_user_id_key UNIQUE REFERENCES users ON DELETE CASCADE,
        phone_sealed bytea NOT NULL,
        phone_key_id text NOT NULL,
        code_hash bytea NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL
      );
      COMMENT ON COLUMN phone_codes.code_hash IS 'Keyed hash of the code, the number and the id.';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE phone_codes');
  }
}
