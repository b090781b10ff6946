import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each background job was last begun, by whichever process. */
export class CreateJobs1763600300000 implements MigrationInterface {
  readonly name = 'CreateJobs1763600300000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE jobs (
        name text PRIMARY KEY,
        last_run_at timestamptz NOT NULL DEFAULT now()
      );
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE jobs;
    `);
  }
}
