import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people agreed to, when they were given their data, and that their accounts were deleted. */
export class KeepPrivacy1763640711000 implements MigrationInterface {
  readonly name = 'KeepPrivacy1763640711000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE consents (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        purpose text NOT NULL,
        version text NOT NULL,
        given_at timestamptz NOT NULL,
        withdrawn_at timestamptz
      );
      CREATE INDEX consents_user_id ON consents (user_id, id DESC);
      CREATE UNIQUE INDEX consents_standing_key ON consents (user_id, purpose) WHERE withdrawn_at IS NULL;
      CREATE TABLE data_exports (
        id uuid NOT NULL,
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        exported_at timestamptz NOT NULL
      );
      CREATE TABLE account_deletions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL,
        deleted_at timestamptz NOT NULL
      );
      COMMENT ON TABLE account_deletions IS 'no reference to users: it outlives the account, and names nobody';
      CREATE INDEX users_unverified ON users (created_at) WHERE email_verified_at IS NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX users_unverified;
      DROP TABLE account_deletions;
      DROP TABLE data_exports;
      DROP TABLE consents;
    `);
  }
}
