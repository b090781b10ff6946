import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until when somebody is banned, and what for. Replicas hear of it as of every change of a person. */
export class BanPeople1763640101000 implements MigrationInterface {
  readonly name = 'BanPeople1763640101000';

  async up(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE users ADD banned_until timestamptz, ADD ban_reason text');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE users DROP banned_until, DROP ban_reason');
  }
}
