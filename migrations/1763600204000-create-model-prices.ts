import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Prices with a history: a change is a new row, and the ledger can name the row that a call was rated with. */
export class CreateModelPrices1763600204000 implements MigrationInterface {
  readonly name = 'CreateModelPrices1763600204000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE model_prices (
        id uuid PRIMARY KEY,
        model_id text NOT NULL REFERENCES models ON DELETE CASCADE,
        source text NOT NULL CHECK (source IN ('upstream', 'list', 'admin', 'default')),
        override boolean NOT NULL GENERATED ALWAYS AS (source = 'admin') STORED,
        valid_from timestamptz NOT NULL DEFAULT now(),
        valid_until timestamptz CHECK (valid_until >= valid_from),
        input bigint NOT NULL CHECK (input >= 0),
        cached_read bigint CHECK (cached_read >= 0),
        cache_write bigint CHECK (cache_write >= 0),
        output bigint NOT NULL CHECK (output >= 0),
        reasoning bigint CHECK (reasoning >= 0),
        audio_input bigint CHECK (audio_input >= 0),
        audio_output bigint CHECK (audio_output >= 0),
        image_input bigint CHECK (image_input >= 0),
        image_output bigint CHECK (image_output >= 0),
        per_image bigint CHECK (per_image >= 0),
        per_request bigint CHECK (per_request >= 0),
        per_second bigint CHECK (per_second >= 0),
        per_character bigint CHECK (per_character >= 0),
        per_search bigint CHECK (per_search >= 0),
        long_above integer CHECK (long_above > 0),
        long_input bigint CHECK (long_input >= input),
        long_cached_read bigint CHECK (long_cached_read >= 0),
        long_cache_write bigint CHECK (long_cache_write >= 0),
        long_output bigint CHECK (long_output >= output),
        source_note text,
        source_url text,
        source_date date,
        created_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT model_prices_moment_key UNIQUE (model_id, override, valid_from),
        CONSTRAINT model_prices_long_context CHECK (
          (long_above IS NULL) = (long_input IS NULL) AND (long_above IS NULL) = (long_output IS NULL)
          AND (long_above IS NOT NULL OR (long_cached_read IS NULL AND long_cache_write IS NULL))
        )
      );
      COMMENT ON TABLE model_prices IS 'pico-dollars for one unit: a token, unless the column says per what';
      COMMENT ON COLUMN model_prices.override IS 'an administrator''s price wins over every other as long as it is valid';
      COMMENT ON COLUMN model_prices.valid_until IS 'when an override was taken back';

      CREATE FUNCTION model_price_in_force(model text, moment timestamptz) RETURNS SETOF model_prices
        LANGUAGE sql STABLE ROWS 1 AS $$
          SELECT * FROM model_prices
           WHERE model_id = model AND valid_from <= moment AND (valid_until IS NULL OR valid_until > moment)
           ORDER BY override DESC, valid_from DESC LIMIT 1
        $$;

      INSERT INTO model_prices (id, model_id, source, valid_from, input, cached_read, output)
      SELECT gen_random_uuid(), id, price_source, created_at, input_price, cached_input_price, output_price FROM models;
      ALTER TABLE models
        DROP COLUMN input_price,
        DROP COLUMN output_price,
        DROP COLUMN cached_input_price,
        DROP COLUMN price_source;

      CREATE TABLE price_lists (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        updated date NOT NULL,
        digest bytea NOT NULL,
        content text NOT NULL,
        accepted_at timestamptz NOT NULL DEFAULT now()
      );
      COMMENT ON TABLE price_lists IS 'the last list of public prices that was good';
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE price_lists;
      ALTER TABLE models
        ADD COLUMN input_price bigint,
        ADD COLUMN output_price bigint,
        ADD COLUMN cached_input_price bigint,
        ADD COLUMN price_source text;
      UPDATE models
         SET input_price = coalesce(price.input, 6000000), output_price = coalesce(price.output, 6000000),
             cached_input_price = price.cached_read,
             price_source = CASE WHEN price.source IN ('upstream', 'admin') THEN price.source ELSE 'default' END
        FROM models AS model LEFT JOIN LATERAL model_price_in_force(model.id, now()) AS price ON true
       WHERE model.id = models.id;
      ALTER TABLE models
        ALTER COLUMN input_price SET NOT NULL,
        ALTER COLUMN output_price SET NOT NULL,
        ALTER COLUMN price_source SET NOT NULL,
        ADD CHECK (input_price >= 0),
        ADD CHECK (output_price >= 0),
        ADD CHECK (cached_input_price >= 0),
        ADD CHECK (price_source IN ('upstream', 'default', 'admin'));
      COMMENT ON COLUMN models.input_price IS 'pico-dollars per token';
      DROP FUNCTION model_price_in_force(text, timestamptz);
      DROP TABLE model_prices;
    `);
  }
}
