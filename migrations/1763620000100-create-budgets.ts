import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Caps in money. A period is part of a cap's identity: a new period is a new row, never a row set back to zero.
 * Replicas lease slices of a period and hold calls against them in memory; the functions are the only writers.
 */
export class CreateBudgets1763620000100 implements MigrationInterface {
  readonly name = 'CreateBudgets1763620000100';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(PERIOD);
    await db.query(LEASE);
    await db.query(SYNC);
    await db.query(CHARGE);
    await db.query(REAP);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION reap_replica(uuid);
      DROP FUNCTION charge_budget(uuid, uuid, timestamptz, numeric);
      DROP FUNCTION sync_leases(uuid, uuid[], timestamptz[], numeric[]);
      DROP FUNCTION lease_budgets(uuid, uuid[], numeric[], numeric[]);
      DROP FUNCTION budget_period(text, timestamptz, text, timestamptz);
      ALTER TABLE usage_events DROP COLUMN charged_budgets, DROP COLUMN charged_periods;
      DROP TABLE usage_dead_letters;
      DROP TABLE open_calls;
      DROP TABLE budget_leases;
      DROP TABLE replicas;
      DROP TABLE budget_periods;
      DROP TABLE budgets;
    `);
  }
}

const TABLES = `
  CREATE TABLE budgets (
    id uuid PRIMARY KEY,
    scope text NOT NULL,
    scope_id text NOT NULL,
    amount numeric(38, 0) NOT NULL CHECK (amount >= 0),
    period text NOT NULL CHECK (period ~ '^(total|daily|weekly|monthly|yearly|[1-9][0-9]{0,8}(s|m|h|d|mo))$'),
    anchor timestamptz NOT NULL DEFAULT date_trunc('second', now()),
    time_zone text NOT NULL DEFAULT 'UTC',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT budgets_scope_key UNIQUE (scope, scope_id)
  );
  COMMENT ON COLUMN budgets.amount IS 'pico-dollars a period';
  CREATE TABLE budget_periods (
    budget_id uuid NOT NULL REFERENCES budgets ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    spent numeric(38, 0) NOT NULL DEFAULT 0 CHECK (spent >= 0),
    leased numeric(38, 0) NOT NULL DEFAULT 0 CHECK (leased >= 0),
    PRIMARY KEY (budget_id, starts_at)
  );
  CREATE TABLE replicas (
    id uuid PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now(),
    condemned_at timestamptz
  );
  CREATE TABLE budget_leases (
    replica_id uuid NOT NULL REFERENCES replicas ON DELETE RESTRICT,
    budget_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    amount numeric(38, 0) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (replica_id, budget_id, starts_at),
    FOREIGN KEY (budget_id, starts_at) REFERENCES budget_periods ON DELETE CASCADE
  );
  CREATE INDEX budget_leases_budget_id ON budget_leases (budget_id, starts_at);
  CREATE TABLE open_calls (
    id uuid PRIMARY KEY,
    replica_id uuid NOT NULL,
    event jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
  );
  COMMENT ON COLUMN open_calls.event IS 'the ledger row that the call would leave if it ended now';
  CREATE TABLE usage_dead_letters (
    id uuid PRIMARY KEY,
    event jsonb NOT NULL,
    error text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  COMMENT ON TABLE usage_dead_letters IS 'settled calls that the ledger refuses, for an operator to look at';
  CREATE INDEX open_calls_replica_id ON open_calls (replica_id);
  ALTER TABLE usage_events
    ADD COLUMN charged_budgets uuid[] NOT NULL DEFAULT '{}',
    ADD COLUMN charged_periods timestamptz[] NOT NULL DEFAULT '{}';
`;

/** The period in force at a moment: calendar periods in the budget's time zone, lengths from its anchor. */
const PERIOD = `
  CREATE FUNCTION budget_period(
    period text, anchor timestamptz, zone text, at timestamptz, OUT starts_at timestamptz, OUT ends_at timestamptz
  ) LANGUAGE plpgsql STABLE AS $$
  DECLARE
    unit text := CASE period WHEN 'daily' THEN 'day' WHEN 'weekly' THEN 'week' WHEN 'monthly' THEN 'month' WHEN 'yearly' THEN 'year' END;
    count bigint := substring(period FROM '^[0-9]+')::bigint;
    length double precision;
    local_anchor timestamp := anchor AT TIME ZONE zone;
    local_at timestamp := at AT TIME ZONE zone;
    steps bigint;
  BEGIN
    IF period = 'total' THEN
      starts_at := anchor;
      ends_at := 'infinity';
    ELSIF unit IS NOT NULL THEN
      starts_at := date_trunc(unit, local_at) AT TIME ZONE zone;
      ends_at := (date_trunc(unit, local_at) + ('1 ' || unit)::interval) AT TIME ZONE zone;
    ELSIF period LIKE '%mo' THEN
      steps := floor(((extract(year FROM local_at) - extract(year FROM local_anchor)) * 12
                      + extract(month FROM local_at) - extract(month FROM local_anchor)) / count);
      -- Always counted from the anchor, so that the 31st comes back after a short month.
      IF local_anchor + make_interval(months => (steps * count)::int) > local_at THEN steps := steps - 1; END IF;
      starts_at := (local_anchor + make_interval(months => (steps * count)::int)) AT TIME ZONE zone;
      ends_at := (local_anchor + make_interval(months => ((steps + 1) * count)::int)) AT TIME ZONE zone;
    ELSE
      length := count * CASE right(period, 1) WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 ELSE 86400 END;
      steps := floor(extract(epoch FROM at - anchor) / length);
      starts_at := anchor + make_interval(secs => steps * length);
      ends_at := starts_at + make_interval(secs => length);
    END IF;
  END
  $$;
`;

/**
 * Adds to a replica's slices: at least what the first waiting call lacks, at most what was asked for, and never
 * more than an eighth of what is free beyond that, so that slices shrink as the budget runs out.
 */
const LEASE = `
  CREATE FUNCTION lease_budgets(replica uuid, ids uuid[], needed numeric[], wanted numeric[])
  RETURNS TABLE (
    budget_id uuid, starts_at timestamptz, ends_in_ms double precision, granted numeric, free numeric, others integer
  ) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    want record;
    cap record;
    span record;
    spending record;
  BEGIN
    -- Whoever was taken for dead must not lease under the same name while its affairs are being settled.
    PERFORM 1 FROM replicas r WHERE r.id = replica AND r.condemned_at IS NULL FOR SHARE;
    IF NOT FOUND THEN RAISE EXCEPTION 'this replica was taken for dead' USING ERRCODE = 'SL001'; END IF;
    FOR want IN SELECT * FROM unnest(ids, needed, wanted) AS w(id, needed, wanted) ORDER BY w.id LOOP
      SELECT b.amount, b.period, b.anchor, b.time_zone INTO cap FROM budgets b WHERE b.id = want.id;
      CONTINUE WHEN NOT FOUND;
      SELECT * INTO span FROM budget_period(cap.period, cap.anchor, cap.time_zone, clock_timestamp());
      INSERT INTO budget_periods (budget_id, starts_at, ends_at) VALUES (want.id, span.starts_at, span.ends_at)
        ON CONFLICT DO NOTHING;
      SELECT p.spent, p.leased INTO spending FROM budget_periods p
        WHERE p.budget_id = want.id AND p.starts_at = span.starts_at FOR UPDATE;
      budget_id := want.id;
      starts_at := span.starts_at;
      ends_in_ms := CASE WHEN span.ends_at = 'infinity' THEN NULL
                         ELSE extract(epoch FROM span.ends_at - clock_timestamp()) * 1000 END;
      free := greatest(cap.amount - spending.spent - spending.leased, 0);
      granted := CASE WHEN free < want.needed THEN 0
                      ELSE greatest(want.needed, least(want.wanted, trunc(free / 8))) END;
      IF granted > 0 THEN
        UPDATE budget_periods p SET leased = p.leased + granted
          WHERE p.budget_id = want.id AND p.starts_at = span.starts_at;
        INSERT INTO budget_leases AS l (replica_id, budget_id, starts_at, amount)
          VALUES (replica, want.id, span.starts_at, granted)
          ON CONFLICT (replica_id, budget_id, starts_at) DO UPDATE SET amount = l.amount + excluded.amount;
      END IF;
      SELECT count(*)::integer INTO others FROM budget_leases l
        WHERE l.budget_id = want.id AND l.starts_at = span.starts_at AND l.replica_id <> replica AND l.amount > 0;
      RETURN NEXT;
    END LOOP;
  END
  $$;
`;

/**
 * Cuts a replica's leases down to what it says it has; what it does not name, it has no more. Only ever frees, so
 * repeating it, or sending it again after an unknown outcome, is harmless. Others hear which budgets have room.
 */
const SYNC = `
  CREATE FUNCTION sync_leases(replica uuid, ids uuid[], periods timestamptz[], kept numeric[])
  RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    lease record;
    back numeric;
  BEGIN
    FOR lease IN
      SELECT l.budget_id, l.starts_at, coalesce(k.amount, 0) AS kept
        FROM budget_leases l
        LEFT JOIN unnest(ids, periods, kept) AS k(id, period, amount) ON k.id = l.budget_id AND k.period = l.starts_at
       WHERE l.replica_id = replica AND l.amount > coalesce(k.amount, 0)
       ORDER BY l.budget_id, l.starts_at
    LOOP
      PERFORM 1 FROM budget_periods p WHERE p.budget_id = lease.budget_id AND p.starts_at = lease.starts_at FOR UPDATE;
      SELECT l.amount - lease.kept INTO back FROM budget_leases l
        WHERE l.replica_id = replica AND l.budget_id = lease.budget_id AND l.starts_at = lease.starts_at FOR UPDATE;
      CONTINUE WHEN back IS NULL OR back <= 0;
      UPDATE budget_leases l SET amount = lease.kept
        WHERE l.replica_id = replica AND l.budget_id = lease.budget_id AND l.starts_at = lease.starts_at;
      UPDATE budget_periods p SET leased = p.leased - back
        WHERE p.budget_id = lease.budget_id AND p.starts_at = lease.starts_at;
      PERFORM pg_notify('sluice_budgets', 'returned ' || lease.budget_id);
    END LOOP;
    DELETE FROM budget_leases l WHERE l.replica_id = replica AND l.amount = 0;
  END
  $$;
`;

/** Moves a cost from a replica's slice to what is spent; what the slice does not cover is spent all the same. */
const CHARGE = `
  CREATE FUNCTION charge_budget(replica uuid, budget uuid, period timestamptz, cost numeric)
  RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    covered numeric;
  BEGIN
    PERFORM 1 FROM budget_periods p WHERE p.budget_id = budget AND p.starts_at = period FOR UPDATE;
    IF NOT FOUND THEN RETURN; END IF;
    SELECT least(l.amount, cost) INTO covered FROM budget_leases l
      WHERE l.replica_id = replica AND l.budget_id = budget AND l.starts_at = period FOR UPDATE;
    IF covered > 0 THEN
      UPDATE budget_leases l SET amount = l.amount - covered
        WHERE l.replica_id = replica AND l.budget_id = budget AND l.starts_at = period;
    END IF;
    UPDATE budget_periods p SET spent = p.spent + cost, leased = p.leased - coalesce(covered, 0)
      WHERE p.budget_id = budget AND p.starts_at = period;
  END
  $$;
`;

/** Frees what a replica that is gone had leased, and forgets it. Its open calls must be settled before. */
const REAP = `
  CREATE FUNCTION reap_replica(replica uuid) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    lease record;
  BEGIN
    FOR lease IN SELECT l.budget_id, l.starts_at FROM budget_leases l
                  WHERE l.replica_id = replica ORDER BY l.budget_id, l.starts_at LOOP
      PERFORM 1 FROM budget_periods p WHERE p.budget_id = lease.budget_id AND p.starts_at = lease.starts_at FOR UPDATE;
      UPDATE budget_periods p SET leased = p.leased - l.amount FROM budget_leases l
        WHERE l.replica_id = replica AND l.budget_id = lease.budget_id AND l.starts_at = lease.starts_at
          AND p.budget_id = lease.budget_id AND p.starts_at = lease.starts_at;
    END LOOP;
    DELETE FROM budget_leases l WHERE l.replica_id = replica;
    DELETE FROM replicas r WHERE r.id = replica;
  END
  $$;
`;
