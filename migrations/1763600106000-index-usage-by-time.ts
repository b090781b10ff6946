import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums of a person's usage ask for a range of time; the ids order the feed only. */
export class IndexUsageByTime1763600106000 implements MigrationInterface {
  readonly name = 'IndexUsageByTime1763600106000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('CREATE INDEX usage_events_user_time ON usage_events (user_id, created_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP INDEX usage_events_user_time');
  }
}
