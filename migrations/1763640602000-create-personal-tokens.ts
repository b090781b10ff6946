import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Personal access tokens, and what a command line asks for until somebody grants it one. */
export class CreatePersonalTokens1763640602000 implements MigrationInterface {
  readonly name = 'CreatePersonalTokens1763640602000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE personal_tokens (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        name text NOT NULL,
        prefix text NOT NULL,
        token_hash bytea NOT NULL CONSTRAINT personal_tokens_token_hash_key UNIQUE CHECK (length(token_hash) = 40),
        methods text[] NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        ended_at timestamptz
      );
      CREATE INDEX personal_tokens_user_id ON personal_tokens (user_id, id);

      CREATE TABLE device_requests (
        id uuid PRIMARY KEY,
        device_code_hash bytea NOT NULL CONSTRAINT device_requests_device_code_hash_key UNIQUE,
        user_code_hash bytea NOT NULL CONSTRAINT device_requests_user_code_hash_key UNIQUE,
        client text NOT NULL,
        ip text,
        user_agent text,
        state text NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'granted')),
        user_id uuid REFERENCES users (id) ON DELETE CASCADE,
        methods text[],
        interval_seconds integer NOT NULL,
        asked_at timestamptz,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CHECK ((user_id IS NULL) = (methods IS NULL)),
        CHECK ((user_id IS NULL) = (state = 'pending'))
      );
      CREATE INDEX device_requests_user_id ON device_requests (user_id);
      CREATE INDEX device_requests_expires_at ON device_requests (expires_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE device_requests; DROP TABLE personal_tokens');
  }
}
