import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a company's directory proves itself with. */
export class CreateScimTokens1763640500000 implements MigrationInterface {
  readonly name = 'CreateScimTokens1763640500000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE scim_tokens (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        prefix text NOT NULL,
        secret_hash bytea NOT NULL CONSTRAINT scim_tokens_secret_hash_key UNIQUE,
        created_by uuid REFERENCES users ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE INDEX scim_tokens_created_by ON scim_tokens (created_by);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE scim_tokens');
  }
}
