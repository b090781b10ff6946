import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCatalogue1763600003000 implements MigrationInterface {
  readonly name = 'CreateCatalogue1763600003000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE providers (
        id uuid PRIMARY KEY,
        slug text NOT NULL CONSTRAINT providers_slug_key UNIQUE,
        kind text NOT NULL,
        base_url text NOT NULL,
        enabled boolean NOT NULL DEFAULT true,
        last_synced_at timestamptz,
        last_sync_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE provider_keys (
        id uuid PRIMARY KEY,
        provider_id uuid NOT NULL REFERENCES providers ON DELETE CASCADE,
        fingerprint bytea NOT NULL,
        hint text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT provider_keys_fingerprint_key UNIQUE (provider_id, fingerprint)
      );
      CREATE TABLE models (
        id text PRIMARY KEY,
        provider_id uuid NOT NULL REFERENCES providers ON DELETE CASCADE,
        upstream_name text NOT NULL,
        vendor text,
        description text,
        context_length integer,
        max_output_tokens integer,
        input_price bigint NOT NULL CHECK (input_price >= 0),
        output_price bigint NOT NULL CHECK (output_price >= 0),
        cached_input_price bigint CHECK (cached_input_price >= 0),
        price_source text NOT NULL CHECK (price_source IN ('upstream', 'default', 'admin')),
        capabilities text[] NOT NULL DEFAULT '{}',
        availability text NOT NULL DEFAULT 'available' CHECK (availability IN ('available', 'unavailable')),
        restricted boolean NOT NULL DEFAULT false,
        source text NOT NULL CHECK (source IN ('sync', 'mock', 'admin')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      COMMENT ON COLUMN models.input_price IS 'pico-dollars per token';
      CREATE INDEX models_provider_id ON models (provider_id);
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE models;
      DROP TABLE provider_keys;
      DROP TABLE providers;
    `);
  }
}
