import type { MigrationInterface, QueryRunner } from 'typeorm';
import { loadConfig, readEnvironment } from '#libs/config';
import { configuredBox, configuredHashes, encryptionConfig, type KeyedHash, type SealedBox } from '#libs/crypto';

const BATCH = 1_000;

/**
 * Addresses are sealed, and found by a blind index. The rows that exist are sealed here and not at the next start, so
 * that no moment has both kinds; it takes ENCRYPTION_KEY, which every process that migrates has.
 */
export class SealAddresses1763640700000 implements MigrationInterface {
  readonly name = 'SealAddresses1763640700000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE users
        ADD email_sealed bytea,
        ADD email_key_id text,
        ADD email_index bytea CONSTRAINT users_email_index_key UNIQUE,
        ADD phone_sealed bytea,
        ADD phone_key_id text,
        ADD phone_index bytea CONSTRAINT users_phone_index_key UNIQUE,
        ADD CONSTRAINT users_phone_check CHECK (num_nonnulls(phone_sealed, phone_key_id, phone_index) IN (0, 3)),
        ADD email_verified_at timestamptz
    `);
    await this.sealAll(db);
    await db.query(`
      ALTER TABLE users
        ALTER email_sealed SET NOT NULL,
        ALTER email_key_id SET NOT NULL,
        ALTER email_index SET NOT NULL,
        DROP email
    `);
    // A dropped column stays in the file until its rows are written anew.
    await db.query('CLUSTER users USING users_pkey');
    await db.query('ALTER TABLE users SET WITHOUT CLUSTER');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE users ADD email text CONSTRAINT users_email_key UNIQUE');
    await this.openAll(db);
    await db.query(`
      ALTER TABLE users
        ALTER email SET NOT NULL,
        ADD CONSTRAINT users_email_check CHECK (email = lower(email)),
        DROP email_sealed, DROP email_key_id, DROP email_index,
        DROP phone_sealed, DROP phone_key_id, DROP phone_index,
        DROP email_verified_at
    `);
  }

  private async sealAll(db: QueryRunner): Promise<void> {
    for (let rows = await plain(db); rows.length > 0; rows = await plain(db)) {
      const { box, index } = configured();
      const sealed = rows.map(({ id, email }) => box.seal(email, placeOf(id)));
      await db.query(
        `UPDATE users SET email_sealed = row.sealed, email_key_id = $3, email_index = row.found_by
           FROM unnest($1::uuid[], $2::bytea[], $4::bytea[]) AS row (id, sealed, found_by) WHERE users.id = row.id`,
        [
          rows.map(({ id }) => id),
          sealed.map((each) => each.box),
          box.keyId,
          rows.map(({ email }) => index.hash(email)),
        ],
      );
    }
  }

  private async openAll(db: QueryRunner): Promise<void> {
    for (let rows = await sealed(db); rows.length > 0; rows = await sealed(db)) {
      const { box } = configured();
      await db.query(
        `UPDATE users SET email = row.email
           FROM unnest($1::uuid[], $2::text[]) AS row (id, email) WHERE users.id = row.id`,
        [rows.map(({ id }) => id), rows.map(({ id, ...each }) => box.open(each, placeOf(id)))],
      );
    }
  }
}

function plain(db: QueryRunner): Promise<{ id: string; email: string }[]> {
  return db.query(`SELECT id, email FROM users WHERE email_sealed IS NULL LIMIT ${BATCH}`) as Promise<
    { id: string; email: string }[]
  >;
}

function sealed(db: QueryRunner): Promise<{ id: string; box: Buffer; keyId: string }[]> {
  return db.query(
    `SELECT id, email_sealed AS box, email_key_id AS "keyId" FROM users WHERE email IS NULL LIMIT ${BATCH}`,
  ) as Promise<{ id: string; box: Buffer; keyId: string }[]>;
}

function placeOf(id: string): { table: string; row: string; column: string } {
  return { table: 'users', row: id, column: 'email_sealed' };
}

/** Asked for only when there is something to seal: an empty database can be migrated without any configuration. */
function configured(): { box: SealedBox; index: KeyedHash } {
  const keys = loadConfig(readEnvironment()).get(encryptionConfig);
  return { box: configuredBox(keys), index: configuredHashes(keys).for('users.email_index') };
}
