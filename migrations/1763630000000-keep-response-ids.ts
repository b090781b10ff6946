import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who may go on from an answer that a provider keeps: whoever got it, and nobody else. */
export class KeepResponseIds1763630000000 implements MigrationInterface {
  readonly name = 'KeepResponseIds1763630000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE usage_events ADD COLUMN provider_response_id text;
      COMMENT ON COLUMN usage_events.provider_response_id IS 'what the provider keeps the answer under; null where it keeps none';
      CREATE INDEX usage_events_response ON usage_events (user_id, provider_response_id)
        WHERE provider_response_id IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX usage_events_response;
      ALTER TABLE usage_events DROP COLUMN provider_response_id;
    `);
  }
}
