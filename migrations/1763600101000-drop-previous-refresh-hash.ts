import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A refresh token names its session, so that every predecessor is recognised and none need be kept. */
export class DropPreviousRefreshHash1763600101000 implements MigrationInterface {
  readonly name = 'DropPreviousRefreshHash1763600101000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE sessions DROP COLUMN previous_refresh_hash;
      CREATE INDEX sessions_expires_at ON sessions (expires_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX sessions_expires_at;
      ALTER TABLE sessions ADD COLUMN previous_refresh_hash bytea;
      CREATE INDEX sessions_previous_refresh_hash ON sessions (previous_refresh_hash) WHERE previous_refresh_hash IS NOT NULL;
    `);
  }
}
