import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = [
  'long_cache_write_tokens',
  'audio_input_tokens',
  'image_input_tokens',
  'audio_output_tokens',
  'image_output_tokens',
];

/** In a transaction of its own: this reads the whole ledger, under a lock that lets calls be settled meanwhile. */
export class CheckSoundAndPictures1763650101000 implements MigrationInterface {
  readonly name = 'CheckSoundAndPictures1763650101000';

  async up(db: QueryRunner): Promise<void> {
    const checks = COLUMNS.map((column) => `VALIDATE CONSTRAINT usage_events_${column}_check`);
    await db.query(`ALTER TABLE usage_events ${checks.join(', ')}`);
  }

  async down(db: QueryRunner): Promise<void> {
    const checks = COLUMNS.flatMap((column) => [
      `DROP CONSTRAINT usage_events_${column}_check`,
      `ADD CONSTRAINT usage_events_${column}_check CHECK (${column} >= 0) NOT VALID`,
    ]);
    await db.query(`ALTER TABLE usage_events ${checks.join(', ')}`);
  }
}
