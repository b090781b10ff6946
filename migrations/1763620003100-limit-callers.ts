import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Limits of keys, people and teams. Caps in money learn to warn before they are reached, and to begin anew at any
 * moment, which is a new period and never an edit of an old one.
 */
export class LimitCallers1763620003100 implements MigrationInterface {
  readonly name = 'LimitCallers1763620003100';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE api_keys
        ADD COLUMN permissions text[],
        ADD COLUMN rpm_limit integer CHECK (rpm_limit > 0),
        ADD COLUMN tpm_limit integer CHECK (tpm_limit > 0),
        ADD COLUMN model_rpm_limit jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN model_tpm_limit jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN max_parallel_requests integer CHECK (max_parallel_requests > 0),
        ADD COLUMN team_id uuid;
      COMMENT ON COLUMN api_keys.permissions IS 'what may be asked for; null for everything';
      COMMENT ON COLUMN api_keys.team_id IS 'no reference: the key of a team that is gone stays, and is worthless';
      ALTER TABLE users
        ADD COLUMN rpm_limit integer CHECK (rpm_limit > 0),
        ADD COLUMN tpm_limit integer CHECK (tpm_limit > 0);
      ALTER TABLE teams
        ADD COLUMN allowed_models text[] NOT NULL DEFAULT '{}',
        ADD COLUMN rpm_limit integer CHECK (rpm_limit > 0),
        ADD COLUMN tpm_limit integer CHECK (tpm_limit > 0);
      COMMENT ON COLUMN teams.allowed_models IS 'an empty list is every model';
      ALTER TABLE budgets ADD COLUMN soft_amount numeric(38, 0) CHECK (soft_amount > 0);
      ALTER TABLE budget_periods ADD COLUMN soft_amount numeric(38, 0);
    `);
    await db.query('ALTER FUNCTION budget_period(text, timestamptz, text, timestamptz) RENAME TO budget_calendar');
    await db.query(PERIOD);
    await db.query(SOFT);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER budget_period_warns ON budget_periods;
      DROP TRIGGER budget_period_knows_its_warning ON budget_periods;
      DROP FUNCTION warn_of_budget();
      DROP FUNCTION copy_soft_amount();
      DROP FUNCTION budget_period(text, timestamptz, text, timestamptz);
      ALTER FUNCTION budget_calendar(text, timestamptz, text, timestamptz) RENAME TO budget_period;
      ALTER TABLE budget_periods DROP COLUMN soft_amount;
      ALTER TABLE budgets DROP COLUMN soft_amount;
      ALTER TABLE teams DROP COLUMN tpm_limit, DROP COLUMN rpm_limit, DROP COLUMN allowed_models;
      ALTER TABLE users DROP COLUMN tpm_limit, DROP COLUMN rpm_limit;
      ALTER TABLE api_keys
        DROP COLUMN team_id,
        DROP COLUMN max_parallel_requests,
        DROP COLUMN model_tpm_limit,
        DROP COLUMN model_rpm_limit,
        DROP COLUMN tpm_limit,
        DROP COLUMN rpm_limit,
        DROP COLUMN permissions;
    `);
  }
}

/** A calendar period in which the budget was made, or begun anew, begins there. */
const PERIOD = `
  CREATE FUNCTION budget_period(
    period text, anchor timestamptz, zone text, at timestamptz, OUT starts_at timestamptz, OUT ends_at timestamptz
  ) LANGUAGE plpgsql STABLE AS $$
  BEGIN
    SELECT c.starts_at, c.ends_at INTO starts_at, ends_at FROM budget_calendar(period, anchor, zone, at) c;
    IF anchor > starts_at AND anchor <= at THEN starts_at := anchor; END IF;
  END
  $$;
`;

/** In the transaction in which the spending crosses the line, so that somebody is told exactly once. */
const SOFT = `
  CREATE FUNCTION copy_soft_amount() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    SELECT b.soft_amount INTO NEW.soft_amount FROM budgets b WHERE b.id = NEW.budget_id;
    RETURN NEW;
  END
  $$;
  CREATE TRIGGER budget_period_knows_its_warning BEFORE INSERT ON budget_periods
    FOR EACH ROW EXECUTE FUNCTION copy_soft_amount();
  CREATE FUNCTION warn_of_budget() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO outbox (id, handler, payload) VALUES (
      gen_random_uuid(),
      'budgets.soft-crossed',
      jsonb_build_object('budgetId', NEW.budget_id, 'startsAt', NEW.starts_at::text, 'softAmount', NEW.soft_amount::text)
    );
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER budget_period_warns AFTER UPDATE OF spent ON budget_periods FOR EACH ROW
    WHEN (OLD.spent < NEW.soft_amount AND NEW.spent >= NEW.soft_amount)
    EXECUTE FUNCTION warn_of_budget();
`;
