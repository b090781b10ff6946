import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People's pictures. They are compressed already, so PostgreSQL stores them as they are. */
export class CreateUserAvatars1763640802000 implements MigrationInterface {
  readonly name = 'CreateUserAvatars1763640802000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE user_avatars (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        name text NOT NULL CONSTRAINT user_avatars_name_key UNIQUE,
        media_type text NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/webp')),
        bytes bytea NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      ALTER TABLE user_avatars ALTER COLUMN bytes SET STORAGE EXTERNAL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE user_avatars');
  }
}
