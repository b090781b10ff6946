import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Other names of models, and which models answer in the place of one whose provider cannot. */
export class CreateModelRoutes1763600202000 implements MigrationInterface {
  readonly name = 'CreateModelRoutes1763600202000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE model_aliases (
        alias text PRIMARY KEY,
        model_id text NOT NULL REFERENCES models ON DELETE CASCADE,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX model_aliases_model_id ON model_aliases (model_id);
      CREATE TABLE model_fallbacks (
        model_id text NOT NULL REFERENCES models ON DELETE CASCADE,
        position smallint NOT NULL,
        fallback_id text NOT NULL REFERENCES models ON DELETE CASCADE,
        PRIMARY KEY (model_id, position),
        CONSTRAINT model_fallbacks_once UNIQUE (model_id, fallback_id),
        CONSTRAINT model_fallbacks_another CHECK (model_id <> fallback_id)
      );
      CREATE INDEX model_fallbacks_fallback_id ON model_fallbacks (fallback_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE model_fallbacks;
      DROP TABLE model_aliases;
    `);
  }
}
