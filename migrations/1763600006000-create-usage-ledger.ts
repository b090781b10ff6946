import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsageLedger1763600006000 implements MigrationInterface {
  readonly name = 'CreateUsageLedger1763600006000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE usage_events (
        id uuid PRIMARY KEY,
        request_id text NOT NULL,
        user_id uuid NOT NULL,
        api_key_id uuid NOT NULL,
        model_id text NOT NULL,
        provider_id uuid NOT NULL,
        provider_key_id uuid,
        operation text NOT NULL,
        status text NOT NULL CHECK (status IN ('completed', 'aborted', 'failed')),
        http_status integer,
        streamed boolean NOT NULL,
        input_tokens bigint NOT NULL CHECK (input_tokens >= 0),
        cached_input_tokens bigint NOT NULL CHECK (cached_input_tokens >= 0),
        output_tokens bigint NOT NULL CHECK (output_tokens >= 0),
        tokens_source text NOT NULL CHECK (tokens_source IN ('provider', 'counted', 'none')),
        cost numeric(38, 0) NOT NULL CHECK (cost >= 0),
        latency_ms integer NOT NULL,
        first_byte_ms integer,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      COMMENT ON COLUMN usage_events.cost IS 'pico-dollars';
      CREATE INDEX usage_events_user_id ON usage_events (user_id, id DESC);
      CREATE INDEX usage_events_api_key_id ON usage_events (api_key_id, id DESC);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE usage_events;
    `);
  }
}
