import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A row of the ledger keeps which of its tokens were sound, pictures or cached for long: those have prices of their own. */
export class CountSoundAndPictures1763650100000 implements MigrationInterface {
  readonly name = 'CountSoundAndPictures1763650100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE usage_events
        ADD COLUMN long_cache_write_tokens bigint NOT NULL DEFAULT 0 CHECK (long_cache_write_tokens >= 0),
        ADD COLUMN audio_input_tokens bigint NOT NULL DEFAULT 0 CHECK (audio_input_tokens >= 0),
        ADD COLUMN image_input_tokens bigint NOT NULL DEFAULT 0 CHECK (image_input_tokens >= 0),
        ADD COLUMN audio_output_tokens bigint NOT NULL DEFAULT 0 CHECK (audio_output_tokens >= 0),
        ADD COLUMN image_output_tokens bigint NOT NULL DEFAULT 0 CHECK (image_output_tokens >= 0);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE usage_events
        DROP COLUMN image_output_tokens,
        DROP COLUMN audio_output_tokens,
        DROP COLUMN image_input_tokens,
        DROP COLUMN audio_input_tokens,
        DROP COLUMN long_cache_write_tokens;
    `);
  }
}
