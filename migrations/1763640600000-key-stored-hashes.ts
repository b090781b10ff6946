import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Room for keyed hashes. Only the application knows the key: rows with a bare SHA-256 are put under it when it starts.
 * A hash without its key's name fits no secret, so going back keeps the rows of keys and their history, and ends them.
 */
export class KeyStoredHashes1763640600000 implements MigrationInterface {
  readonly name = 'KeyStoredHashes1763640600000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE api_keys
        DROP CONSTRAINT api_keys_secret_hash_check,
        ADD CONSTRAINT api_keys_secret_hash_check CHECK (length(secret_hash) IN (32, 40));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      UPDATE api_keys SET secret_hash = substring(secret_hash FROM 9) WHERE length(secret_hash) = 40;
      ALTER TABLE api_keys
        DROP CONSTRAINT api_keys_secret_hash_check,
        ADD CONSTRAINT api_keys_secret_hash_check CHECK (length(secret_hash) = 32);
    `);
  }
}
