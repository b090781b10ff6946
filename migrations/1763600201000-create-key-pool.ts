import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Providers and keys that administrators keep, how each key does, and what stands in for a model. */
export class CreateKeyPool1763600201000 implements MigrationInterface {
  readonly name = 'CreateKeyPool1763600201000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE providers
        ADD COLUMN name text,
        ADD COLUMN source text NOT NULL DEFAULT 'environment' CHECK (source IN ('environment', 'admin')),
        ADD COLUMN allow_private boolean NOT NULL DEFAULT false,
        ADD COLUMN rotation text NOT NULL DEFAULT 'round_robin'
          CHECK (rotation IN ('round_robin', 'weighted', 'least_used', 'random', 'health_based')),
        ADD COLUMN degraded_since timestamptz;
      UPDATE providers SET name = slug;
      ALTER TABLE providers ALTER COLUMN name SET NOT NULL;
      CREATE UNIQUE INDEX providers_name_key ON providers (lower(name)) WHERE source = 'admin';

      ALTER TABLE provider_keys
        ADD COLUMN source text NOT NULL DEFAULT 'environment' CHECK (source IN ('environment', 'admin')),
        ADD COLUMN label text,
        ADD COLUMN enabled boolean NOT NULL DEFAULT true,
        ADD COLUMN sealed_value bytea,
        ADD COLUMN sealed_with text,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD CONSTRAINT provider_keys_sealed CHECK (
          (source = 'admin') = (sealed_value IS NOT NULL) AND (sealed_value IS NULL) = (sealed_with IS NULL)
        );
      COMMENT ON COLUMN provider_keys.sealed_with IS 'which encryption key sealed the value';

      CREATE TABLE provider_key_states (
        provider_key_id uuid PRIMARY KEY REFERENCES provider_keys ON DELETE CASCADE,
        state text NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'half_open')),
        reason text CHECK (reason IN ('auth', 'quota', 'rate', 'server')),
        failures integer NOT NULL DEFAULT 0,
        open_until timestamptz,
        last_error text,
        last_failed_at timestamptz,
        last_used_at timestamptz,
        attempts bigint NOT NULL DEFAULT 0,
        errors bigint NOT NULL DEFAULT 0,
        version bigint NOT NULL DEFAULT 1
      );
      COMMENT ON COLUMN provider_key_states.failures IS 'in a row, since the last success';

      CREATE TABLE key_pool_revision (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        revision bigint NOT NULL
      );
      COMMENT ON TABLE key_pool_revision IS 'counts changes of providers and keys, so that replicas know when to read them again';
      INSERT INTO key_pool_revision (revision) VALUES (1);

      CREATE INDEX usage_events_created_at ON usage_events USING brin (created_at);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP INDEX usage_events_created_at;
      DROP TABLE key_pool_revision;
      DROP TABLE provider_key_states;
      DELETE FROM provider_keys WHERE source = 'admin';
      ALTER TABLE provider_keys
        DROP CONSTRAINT provider_keys_sealed,
        DROP COLUMN updated_at,
        DROP COLUMN sealed_with,
        DROP COLUMN sealed_value,
        DROP COLUMN enabled,
        DROP COLUMN label,
        DROP COLUMN source;
      DROP INDEX providers_name_key;
      ALTER TABLE providers
        DROP COLUMN degraded_since,
        DROP COLUMN rotation,
        DROP COLUMN allow_private,
        DROP COLUMN source,
        DROP COLUMN name;
    `);
  }
}
