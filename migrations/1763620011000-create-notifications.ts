import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What administrators are told. What lasts is told once, until it is cleared. */
export class CreateNotifications1763620011000 implements MigrationInterface {
  readonly name = 'CreateNotifications1763620011000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE notifications (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('info', 'success', 'warning', 'error')),
        message text NOT NULL,
        resource_type text NOT NULL,
        resource_id text NOT NULL,
        lasts boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        cleared_at timestamptz
      );
      CREATE UNIQUE INDEX notifications_standing_key ON notifications (kind, resource_type, resource_id)
        WHERE lasts AND cleared_at IS NULL;
      CREATE INDEX notifications_severity ON notifications (severity, id DESC);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE notifications');
  }
}
