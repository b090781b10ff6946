import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who people are at other houses, and the ways there that are under way. */
export class CreateIdentities1763640400000 implements MigrationInterface {
  readonly name = 'CreateIdentities1763640400000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE identities (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        provider text NOT NULL,
        issuer text NOT NULL,
        subject text NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz,
        CONSTRAINT identities_issuer_subject_key UNIQUE (issuer, subject)
      );
      CREATE INDEX identities_user_id ON identities (user_id);
      CREATE TABLE sign_in_flows (
        id uuid PRIMARY KEY,
        state_hash bytea NOT NULL CONSTRAINT sign_in_flows_state_hash_key UNIQUE,
        browser_hash bytea NOT NULL,
        provider text NOT NULL,
        key_id text NOT NULL,
        sealed bytea NOT NULL,
        return_to text NOT NULL,
        linking_session_id uuid REFERENCES sessions ON DELETE CASCADE,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX sign_in_flows_expires_at ON sign_in_flows (expires_at);
      CREATE INDEX sign_in_flows_linking_session_id ON sign_in_flows (linking_session_id)
        WHERE linking_session_id IS NOT NULL;
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE sign_in_flows;
      DROP TABLE identities;
    `);
  }
}
