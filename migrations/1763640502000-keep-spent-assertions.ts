import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A SAML assertion is believed once, on whichever replica. */
export class KeepSpentAssertions1763640502000 implements MigrationInterface {
  readonly name = 'KeepSpentAssertions1763640502000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE saml_assertions (
        hash bytea PRIMARY KEY,
        good_until timestamptz NOT NULL
      );
      CREATE INDEX saml_assertions_good_until ON saml_assertions (good_until);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE saml_assertions');
  }
}
