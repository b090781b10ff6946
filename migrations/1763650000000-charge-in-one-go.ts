import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A group of calls is charged to all its budgets in two statements instead of four for each budget, and the period of a
 * quota is found by a function that is planned with whoever asks: a commit of one row takes a third less. The function for
 * one budget stays, because replicas of the version before settle their calls with it while they are replaced.
 */
export class ChargeInOneGo1763650000000 implements MigrationInterface {
  readonly name = 'ChargeInOneGo1763650000000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(CHARGE_ALL);
    await db.query('DROP FUNCTION quota_period(uuid, timestamptz)');
    await db.query(PERIOD);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP FUNCTION quota_period(uuid, timestamptz)');
    await db.query(FORMER_PERIOD);
    await db.query('DROP FUNCTION charge_budgets(uuid[], uuid[], timestamptz[], numeric[])');
  }
}

/**
 * Moves costs from the slices of replicas to what is spent; what a slice does not cover is spent all the same, and is
 * taken from others where there is no slice: see 1763650001000. The
 * first statement waits for the locks, in the order of the ids; the second sees what those before it have written.
 */
export const CHARGE_ALL = `
  CREATE FUNCTION charge_budgets(replicas uuid[], budgets uuid[], periods timestamptz[], costs numeric[])
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF budgets IS NULL THEN RETURN; END IF;
    PERFORM 1 FROM budget_periods p
      JOIN unnest(budgets, periods) AS c(budget_id, starts_at) USING (budget_id, starts_at)
     ORDER BY p.budget_id, p.starts_at FOR UPDATE OF p;
    WITH charge AS (
      SELECT c.*, coalesce(least(l.amount, c.cost), 0) AS covered
        FROM unnest(replicas, budgets, periods, costs) AS c(replica_id, budget_id, starts_at, cost)
        LEFT JOIN budget_leases l USING (replica_id, budget_id, starts_at)
    ), shrunk AS (
      UPDATE budget_leases l SET amount = l.amount - c.covered FROM charge c
       WHERE c.covered > 0
         AND l.replica_id = c.replica_id AND l.budget_id = c.budget_id AND l.starts_at = c.starts_at
    )
    UPDATE budget_periods p SET spent = p.spent + c.cost, leased = p.leased - c.covered
      FROM (SELECT budget_id, starts_at, sum(cost) AS cost, sum(covered) AS covered
              FROM charge GROUP BY budget_id, starts_at) c
     WHERE p.budget_id = c.budget_id AND p.starts_at = c.starts_at;
  END
  $$;
`;

/** The period that holds at a moment: the one that began last, or else the calendar month, in UTC. */
const PERIOD = `
  CREATE FUNCTION quota_period(subscription uuid, at timestamptz)
  RETURNS TABLE (starts_at timestamptz, ends_at timestamptz) LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT coalesce(p.starts_at, date_trunc('month', at, 'UTC')),
           coalesce(p.ends_at, (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC')
      FROM (SELECT) always
      LEFT JOIN LATERAL (
        SELECT q.starts_at, q.ends_at FROM quota_periods q
         WHERE q.subscription_id = subscription AND q.starts_at <= at AND q.ends_at > at
         ORDER BY q.starts_at DESC LIMIT 1
      ) p ON true
  $$;
`;

const FORMER_PERIOD = `
  CREATE FUNCTION quota_period(subscription uuid, at timestamptz, OUT starts_at timestamptz, OUT ends_at timestamptz)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  BEGIN
    SELECT p.starts_at, p.ends_at INTO quota_period.starts_at, quota_period.ends_at FROM quota_periods p
     WHERE p.subscription_id = subscription AND p.starts_at <= at AND p.ends_at > at
     ORDER BY p.starts_at DESC LIMIT 1;
    IF NOT FOUND THEN
      quota_period.starts_at := date_trunc('month', at, 'UTC');
      quota_period.ends_at := (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
    END IF;
  END
  $$;
`;
