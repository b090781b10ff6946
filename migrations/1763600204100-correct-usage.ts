import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A row of the ledger names its price and keeps all that it was rated by; a correction stands beside it. */
export class CorrectUsage1763600204100 implements MigrationInterface {
  readonly name = 'CorrectUsage1763600204100';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE usage_events
        ADD COLUMN price_id uuid,
        ADD COLUMN cache_write_tokens bigint NOT NULL DEFAULT 0 CHECK (cache_write_tokens >= 0),
        ADD COLUMN reasoning_tokens bigint NOT NULL DEFAULT 0 CHECK (reasoning_tokens >= 0),
        ADD COLUMN images integer NOT NULL DEFAULT 0 CHECK (images >= 0),
        ADD COLUMN audio_seconds integer NOT NULL DEFAULT 0 CHECK (audio_seconds >= 0),
        ADD COLUMN characters integer NOT NULL DEFAULT 0 CHECK (characters >= 0),
        ADD COLUMN searches integer NOT NULL DEFAULT 0 CHECK (searches >= 0),
        ADD COLUMN incomplete boolean NOT NULL DEFAULT false;
      COMMENT ON COLUMN usage_events.price_id IS 'the row of model_prices that the call was rated with';
      COMMENT ON COLUMN usage_events.incomplete IS 'cut short and counted here: rated with the surcharge';

      CREATE TABLE usage_corrections (
        id uuid PRIMARY KEY,
        usage_event_id uuid NOT NULL,
        price_id uuid NOT NULL,
        delta numeric(38, 0) NOT NULL CHECK (delta <> 0),
        reason text NOT NULL,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        user_id uuid NOT NULL,
        api_key_id uuid NOT NULL,
        model_id text NOT NULL,
        event_at timestamptz NOT NULL
      );
      COMMENT ON COLUMN usage_corrections.delta IS 'pico-dollars on top of what the call cost until then';
      COMMENT ON COLUMN usage_corrections.event_at IS 'created_at of the call, so that its period is the one that is corrected';
      CREATE INDEX usage_corrections_usage_event_id ON usage_corrections (usage_event_id);
      CREATE INDEX usage_corrections_user_time ON usage_corrections (user_id, event_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE usage_corrections;
      ALTER TABLE usage_events
        DROP COLUMN incomplete,
        DROP COLUMN searches,
        DROP COLUMN characters,
        DROP COLUMN audio_seconds,
        DROP COLUMN images,
        DROP COLUMN reasoning_tokens,
        DROP COLUMN cache_write_tokens,
        DROP COLUMN price_id;
    `);
  }
}
