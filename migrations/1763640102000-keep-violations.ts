import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people and networks did that they should not, and which networks are shut out for it. */
export class KeepViolations1763640102000 implements MigrationInterface {
  readonly name = 'KeepViolations1763640102000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE violations (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        score integer NOT NULL CHECK (score >= 0),
        user_id uuid REFERENCES users ON DELETE CASCADE,
        network text,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX violations_user_id ON violations (user_id, created_at) WHERE user_id IS NOT NULL;
      CREATE INDEX violations_network ON violations (network, created_at) WHERE network IS NOT NULL;
      CREATE INDEX violations_created_at ON violations (created_at);
      CREATE TABLE network_bans (
        network text PRIMARY KEY,
        banned_until timestamptz NOT NULL
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE network_bans;
      DROP TABLE violations;
    `);
  }
}
