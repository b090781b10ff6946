import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every start looks for hashes from before keyed ones, of which there are soon none, and every change of standing for
 * another administrator; without an index each reads the whole table. Deleting a person looks for their invitations.
 */
export class IndexRareRows1763649350000 implements MigrationInterface {
  readonly name = 'IndexRareRows1763649350000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE INDEX api_keys_bare_hashes ON api_keys (id) WHERE length(secret_hash) = 32;
      CREATE INDEX sessions_bare_hashes ON sessions (id) WHERE length(refresh_hash) = 32;
      CREATE INDEX users_administrators ON users (id) WHERE role = 'admin';
      CREATE INDEX invitations_invited_by ON invitations (invited_by);
      CREATE INDEX invitations_used_by ON invitations (used_by);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX api_keys_bare_hashes, sessions_bare_hashes, users_administrators, invitations_invited_by,
        invitations_used_by;
    `);
  }
}
