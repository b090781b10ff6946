import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How and when the owner of a session proved who they are. What was opened before was opened by password. */
export class NoteHowSessionsBegan1763640000000 implements MigrationInterface {
  readonly name = 'NoteHowSessionsBegan1763640000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE sessions ADD methods text[] NOT NULL DEFAULT '{pwd}', ADD authenticated_at timestamptz;
      UPDATE sessions SET authenticated_at = created_at;
      ALTER TABLE sessions ALTER authenticated_at SET NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE sessions DROP methods, DROP authenticated_at');
  }
}
