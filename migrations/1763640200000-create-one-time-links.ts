import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links that people get by mail and that are good once, and the passwords that they had before. */
export class CreateOneTimeLinks1763640200000 implements MigrationInterface {
  readonly name = 'CreateOneTimeLinks1763640200000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE one_time_links (
        id uuid PRIMARY KEY,
        purpose text NOT NULL,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        token_hash bytea NOT NULL CONSTRAINT one_time_links_token_hash_key UNIQUE,
        address_hash bytea NOT NULL,
        address_sealed bytea,
        address_key_id text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CHECK (num_nonnulls(address_sealed, address_key_id) IN (0, 2))
      );
      COMMENT ON COLUMN one_time_links.address_hash IS 'Keyed hash of the address that the link went to: it is good for no other.';
      COMMENT ON COLUMN one_time_links.address_sealed IS 'An address that is to become that of the account.';
      CREATE INDEX one_time_links_user_id ON one_time_links (user_id, purpose);
      CREATE INDEX one_time_links_expires_at ON one_time_links (expires_at);
      CREATE TABLE former_passwords (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        password_hash text NOT NULL,
        replaced_at timestamptz NOT NULL
      );
      CREATE INDEX former_passwords_user_id ON former_passwords (user_id, id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE former_passwords, one_time_links');
  }
}
