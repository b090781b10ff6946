import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Wrong passwords in a row, by a keyed hash of the address that was tried, whether it has an account or not. */
export class CountSignInFailures1763640100000 implements MigrationInterface {
  readonly name = 'CountSignInFailures1763640100000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE sign_in_failures (
        subject bytea PRIMARY KEY,
        failures integer NOT NULL,
        locked_until timestamptz,
        is_final boolean NOT NULL DEFAULT false,
        failed_at timestamptz NOT NULL
      );
      CREATE INDEX sign_in_failures_by_age ON sign_in_failures (is_final DESC, failed_at DESC);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE sign_in_failures');
  }
}
