import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each secret of one-time codes is a row with an id of its own, which its seal is bound to. */
export class NameTotpFactors1763640301000 implements MigrationInterface {
  readonly name = 'NameTotpFactors1763640301000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE totp_factors ADD id uuid;
      UPDATE totp_factors SET id = user_id;
      ALTER TABLE totp_factors
        DROP CONSTRAINT totp_factors_pkey,
        ADD CONSTRAINT totp_factors_pkey PRIMARY KEY (id),
        ADD CONSTRAINT totp_factors_user_key UNIQUE (user_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE totp_factors
        DROP CONSTRAINT totp_factors_user_key,
        DROP COLUMN id,
        ADD CONSTRAINT totp_factors_pkey PRIMARY KEY (user_id);
    `);
  }
}
