import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who signed in from where, and the devices that each person is known to use. */
export class CreateSignIns1763640201000 implements MigrationInterface {
  readonly name = 'CreateSignIns1763640201000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE sign_ins (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        at timestamptz NOT NULL,
        success boolean NOT NULL,
        methods text[] NOT NULL,
        session_id uuid,
        ip text,
        user_agent text
      );
      CREATE INDEX sign_ins_user_id ON sign_ins (user_id, id);
      CREATE INDEX sign_ins_at ON sign_ins (at);
      CREATE TABLE known_devices (
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        fingerprint bytea NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (user_id, fingerprint)
      );
      COMMENT ON COLUMN known_devices.fingerprint IS 'Keyed hash of the kind of device and its network.';
      CREATE INDEX known_devices_seen_at ON known_devices (seen_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE known_devices, sign_ins');
  }
}
