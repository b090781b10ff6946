import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [
  'long_cache_write_tokens',
  'audio_input_tokens',
  'image_input_tokens',
  'audio_output_tokens',
  'image_output_tokens',
];

/**
 * A row of the ledger keeps which of its tokens were sound, pictures or cached for long: those have prices of their own.
 * The rows that there are get nought, and are not looked at: settlement would wait for as long as that takes.
 */
export class CountSoundAndPictures1763650100000 implements MigrationInterface {
  readonly name = 'CountSoundAndPictures1763650100000';

  async up(db: QueryRunner): Promise<void> {
    const columns = COLUMNS.map((column) => `ADD COLUMN ${column} bigint NOT NULL DEFAULT 0`);
    const checks = COLUMNS.map(
      (column) => `ADD CONSTRAINT usage_events_${column}_check CHECK (${column} >= 0) NOT VALID`,
    );
    await db.query(`ALTER TABLE usage_events ${[...columns, ...checks].join(', ')}`);
  }

  async down(db: QueryRunner): Promise<void> {
    const columns = COLUMNS.toReversed().map((column) => `DROP COLUMN ${column}`);
    await db.query(`ALTER TABLE usage_events ${columns.join(', ')}`);
  }
}
