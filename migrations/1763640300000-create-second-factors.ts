import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What people can prove themselves with beside a password, and the sign-ins that wait for it. Whoever gets or loses a
 * factor is forgotten by every replica, as after any other change of the person.
 */
export class CreateSecondFactors1763640300000 implements MigrationInterface {
  readonly name = 'CreateSecondFactors1763640300000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE totp_factors (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        sealed_secret bytea NOT NULL,
        sealed_with text NOT NULL,
        last_step bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL DEFAULT now(),
        enabled_at timestamptz,
        last_used_at timestamptz
      );
      CREATE TABLE backup_codes (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        code_hash bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        used_at timestamptz,
        CONSTRAINT backup_codes_code_key UNIQUE (user_id, code_hash)
      );
      CREATE TABLE passkeys (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        credential_id text NOT NULL CONSTRAINT passkeys_credential_id_key UNIQUE,
        public_key bytea NOT NULL,
        counter bigint NOT NULL,
        transports text[] NOT NULL DEFAULT '{}',
        name text NOT NULL,
        backed_up boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz
      );
      CREATE INDEX passkeys_user_id ON passkeys (user_id);
      CREATE TABLE sign_in_challenges (
        id uuid PRIMARY KEY,
        token_hash bytea NOT NULL CONSTRAINT sign_in_challenges_token_key UNIQUE,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        methods text[] NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX sign_in_challenges_user_id ON sign_in_challenges (user_id);
      CREATE INDEX sign_in_challenges_expires_at ON sign_in_challenges (expires_at);
    `);
    await db.query(NOTE);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE sign_in_challenges, passkeys, backup_codes, totp_factors;
      DROP FUNCTION note_factor();
    `);
  }
}

const NOTE = `
  CREATE FUNCTION note_factor() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO changes (topic, key) VALUES ('users', coalesce(NEW.user_id, OLD.user_id)::text);
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER totp_factors_note_update AFTER UPDATE ON totp_factors FOR EACH ROW
    WHEN (OLD.enabled_at IS DISTINCT FROM NEW.enabled_at) EXECUTE FUNCTION note_factor();
  CREATE TRIGGER totp_factors_note_delete AFTER DELETE ON totp_factors FOR EACH ROW EXECUTE FUNCTION note_factor();
  CREATE TRIGGER passkeys_note AFTER INSERT OR DELETE ON passkeys FOR EACH ROW EXECUTE FUNCTION note_factor();
`;
