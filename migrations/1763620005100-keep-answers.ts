import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The answers to calls that name an idempotency key, so that the same call is not made twice. */
export class KeepAnswers1763620005100 implements MigrationInterface {
  readonly name = 'KeepAnswers1763620005100';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE idempotency_keys (
        api_key_id uuid NOT NULL REFERENCES api_keys ON DELETE CASCADE,
        key text NOT NULL,
        call_id uuid NOT NULL,
        digest bytea NOT NULL CHECK (length(digest) = 32),
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'failed', 'too_large', 'broken')),
        status smallint,
        headers jsonb,
        body bytea,
        opened_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (api_key_id, key)
      );
      CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE idempotency_keys');
  }
}
