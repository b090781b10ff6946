import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateApiKeys1763600005000 implements MigrationInterface {
  readonly name = 'CreateApiKeys1763600005000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE api_keys (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        name text NOT NULL,
        prefix text NOT NULL,
        secret_hash bytea NOT NULL CONSTRAINT api_keys_secret_hash_key UNIQUE CHECK (length(secret_hash) = 32),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX api_keys_user_id ON api_keys (user_id, id DESC);
      CREATE TABLE api_key_models (
        api_key_id uuid NOT NULL REFERENCES api_keys ON DELETE CASCADE,
        model_id text NOT NULL REFERENCES models,
        PRIMARY KEY (api_key_id, model_id)
      );
      CREATE INDEX api_key_models_model_id ON api_key_models (model_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE api_key_models;
      DROP TABLE api_keys;
    `);
  }
}
