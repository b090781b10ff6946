import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a company's directory says of accounts and of teams. The name of a user is mostly an address, so it is sealed. */
export class CreateScimResources1763640501000 implements MigrationInterface {
  readonly name = 'CreateScimResources1763640501000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE scim_users (
        id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        external_id text CONSTRAINT scim_users_external_id_key UNIQUE,
        user_name_sealed bytea NOT NULL,
        user_name_key_id text NOT NULL,
        user_name_index bytea NOT NULL CONSTRAINT scim_users_user_name_index_key UNIQUE,
        active boolean NOT NULL,
        display_name text,
        formatted_name text,
        given_name text,
        family_name text,
        email_type text,
        email_given boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE scim_groups (
        id uuid PRIMARY KEY REFERENCES teams ON DELETE CASCADE,
        external_id text CONSTRAINT scim_groups_external_id_key UNIQUE,
        display_name text NOT NULL,
        revision bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX scim_groups_display_name ON scim_groups (lower(display_name));
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE scim_groups;
      DROP TABLE scim_users;
    `);
  }
}
