import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Windows of time in which replicas count together. What is in them is worth a minute, so the table is not logged.
 */
export class CreateRateWindows1763620003000 implements MigrationInterface {
  readonly name = 'CreateRateWindows1763620003000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE UNLOGGED TABLE rate_windows (
        name text PRIMARY KEY,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        taken bigint NOT NULL
      ) WITH (fillfactor = 50)
    `);
    await db.query(TAKE);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION take_rates(text[], bigint[], integer[], bigint[], bigint[], text[], bigint[])');
    await db.query('DROP TABLE rate_windows');
  }
}

/**
 * Adds to a replica's shares: as much as is needed as far as the limit reaches, gladly more, but never more than an
 * eighth of what is free, so that shares shrink as the window fills up. In the order of names, so that two replicas
 * never wait for each other.
 */
const TAKE = `
  CREATE FUNCTION take_rates(
    names text[], limits bigint[], lengths integer[], needed bigint[], wanted bigint[], windows text[], corrections bigint[]
  ) RETURNS TABLE (place bigint, window_id text, ends_in_ms double precision, granted bigint, free bigint)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    ask record;
    counted rate_windows;
    at timestamptz;
  BEGIN
    FOR ask IN
      SELECT * FROM unnest(names, limits, lengths, needed, wanted, windows, corrections)
        WITH ORDINALITY AS a(name, most, length, needed, wanted, win, correction, place) ORDER BY a.name
    LOOP
      INSERT INTO rate_windows AS w (name, starts_at, ends_at, taken)
        VALUES (ask.name, clock_timestamp(), clock_timestamp(), 0) ON CONFLICT DO NOTHING;
      SELECT * INTO counted FROM rate_windows w WHERE w.name = ask.name FOR UPDATE;
      at := clock_timestamp();
      -- Gone between the two statements, it begins anew with the next question.
      IF NOT FOUND OR counted.ends_at <= at THEN
        counted.starts_at := at;
        counted.ends_at := at + make_interval(secs => ask.length / 1000.0);
        counted.taken := 0;
      ELSIF counted.starts_at::text = ask.win THEN
        counted.taken := greatest(counted.taken + ask.correction, 0);
      END IF;
      free := greatest(ask.most - counted.taken, 0);
      granted := least(free, greatest(ask.needed, least(ask.wanted, free / 8)));
      free := free - granted;
      UPDATE rate_windows w
         SET starts_at = counted.starts_at, ends_at = counted.ends_at, taken = counted.taken + granted
       WHERE w.name = ask.name;
      place := ask.place;
      window_id := counted.starts_at::text;
      ends_in_ms := extract(epoch FROM counted.ends_at - at) * 1000;
      RETURN NEXT;
    END LOOP;
  END
  $$;
`;
