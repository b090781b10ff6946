import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets of people that are used for them: keys for providers, credentials for tools. Sealed, each in its row. */
export class CreateUserCredentials1763640800000 implements MigrationInterface {
  readonly name = 'CreateUserCredentials1763640800000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE user_credentials (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        kind text NOT NULL CHECK (kind IN ('provider-key', 'tool')),
        name text NOT NULL,
        sealed_value bytea NOT NULL,
        sealed_with text NOT NULL,
        expires_at timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT user_credentials_name_key UNIQUE (user_id, kind, name)
      );
      CREATE INDEX user_credentials_expires_at ON user_credentials (expires_at) WHERE expires_at IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE user_credentials');
  }
}
