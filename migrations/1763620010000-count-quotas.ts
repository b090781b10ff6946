import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is used of a subscription, counted with the rows of the ledger and in their transaction. A period is part of
 * a count's identity: a new one is a new row, also where somebody begins it early.
 */
export class CountQuotas1763620010000 implements MigrationInterface {
  readonly name = 'CountQuotas1763620010000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE usage_events ADD COLUMN subscription_id uuid;
      COMMENT ON COLUMN usage_events.subscription_id IS 'of the model that was asked for; no reference: rows outlive it';
      CREATE TABLE quota_periods (
        subscription_id uuid NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        requests bigint NOT NULL DEFAULT 0 CHECK (requests >= 0),
        tokens bigint NOT NULL DEFAULT 0 CHECK (tokens >= 0),
        PRIMARY KEY (subscription_id, starts_at)
      ) WITH (fillfactor = 50);
      COMMENT ON TABLE quota_periods IS 'no reference: a call may be settled after its subscription is gone';
    `);
    await db.query(PERIOD);
    await db.query(NOTE);
    await db.query(FORGET);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER subscriptions_forget_quota ON subscriptions;
      DROP FUNCTION forget_quota();
      DROP FUNCTION quota_period(uuid, timestamptz);
      DROP TABLE quota_periods;
      DROP FUNCTION note_quota();
      ALTER TABLE usage_events DROP COLUMN subscription_id;
    `);
  }
}

/** The period that holds at a moment: the one that began last, or else the calendar month, in UTC. */
const PERIOD = `
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

/** Replicas count by themselves in between; they hear of a period that somebody began, and of the call that used a quota up. */
const NOTE = `
  CREATE FUNCTION note_quota() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO changes (topic, key)
    SELECT 'quotas', NEW.subscription_id
     WHERE (TG_OP = 'INSERT' AND NEW.requests = 0) OR EXISTS (
       SELECT 1 FROM subscriptions s
        WHERE s.id = NEW.subscription_id
          AND ((coalesce(OLD.requests, 0) < s.quota_requests AND NEW.requests >= s.quota_requests)
               OR (coalesce(OLD.tokens, 0) < s.quota_tokens AND NEW.tokens >= s.quota_tokens)));
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER quota_periods_note AFTER INSERT OR UPDATE ON quota_periods
    FOR EACH ROW EXECUTE FUNCTION note_quota();
`;

const FORGET = `
  CREATE FUNCTION forget_quota() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM quota_periods p WHERE p.subscription_id = OLD.id;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER subscriptions_forget_quota AFTER DELETE ON subscriptions
    FOR EACH ROW EXECUTE FUNCTION forget_quota();
`;
