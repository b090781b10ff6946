import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People whom administrators invited to make an account. */
export class CreateInvitations1763640202000 implements MigrationInterface {
  readonly name = 'CreateInvitations1763640202000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE invitations (
        id uuid PRIMARY KEY,
        token_hash bytea NOT NULL CONSTRAINT invitations_token_hash_key UNIQUE,
        email_sealed bytea NOT NULL,
        email_key_id text NOT NULL,
        email_index bytea NOT NULL,
        role text NOT NULL,
        invited_by uuid REFERENCES users ON DELETE SET NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        used_by uuid REFERENCES users ON DELETE SET NULL,
        revoked_at timestamptz
      );
      CREATE INDEX invitations_email_index ON invitations (email_index);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE invitations');
  }
}
