import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateTeams1763600002000 implements MigrationInterface {
  readonly name = 'CreateTeams1763600002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE teams (
        id uuid PRIMARY KEY,
        slug text NOT NULL CONSTRAINT teams_slug_key UNIQUE,
        name text NOT NULL,
        description text,
        source text NOT NULL DEFAULT 'local' CHECK (source IN ('local', 'directory')),
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE team_members (
        team_id uuid NOT NULL REFERENCES teams ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
        joined_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (team_id, user_id)
      );
      CREATE INDEX team_members_user_id ON team_members (user_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE team_members;
      DROP TABLE teams;
    `);
  }
}
