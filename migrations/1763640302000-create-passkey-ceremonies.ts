import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The challenges that browsers are to sign with a passkey. Each is used up by the first answer, whatever comes of it;
 * what is asked for somebody in particular is bound to their session or their sign-in, which has one at a time.
 */
export class CreatePasskeyCeremonies1763640302000 implements MigrationInterface {
  readonly name = 'CreatePasskeyCeremonies1763640302000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE passkey_ceremonies (
        challenge text PRIMARY KEY,
        purpose text NOT NULL,
        bound_to uuid,
        expires_at timestamptz NOT NULL,
        CONSTRAINT passkey_ceremonies_bound_key UNIQUE (purpose, bound_to)
      );
      CREATE INDEX passkey_ceremonies_expires_at ON passkey_ceremonies (expires_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE passkey_ceremonies');
  }
}
