import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSubscriptions1763600004000 implements MigrationInterface {
  readonly name = 'CreateSubscriptions1763600004000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE subscriptions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        model_id text NOT NULL REFERENCES models,
        status text NOT NULL CHECK (status IN ('active', 'pending', 'denied', 'suspended', 'cancelled', 'expired')),
        quota_requests bigint NOT NULL CHECK (quota_requests >= 0),
        quota_tokens bigint NOT NULL CHECK (quota_tokens >= 0),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT subscriptions_user_model_key UNIQUE (user_id, model_id)
      );
      CREATE INDEX subscriptions_model_id ON subscriptions (model_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE subscriptions;
    `);
  }
}
