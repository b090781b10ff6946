import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Prepaid balances: a budget of the scope `balance` whose amount only moves together with an entry, so that it is
 * the sum of its entries. What calls cost is what the budget spent; the rows of the ledger say which calls.
 */
export class CreateBalance1763620006000 implements MigrationInterface {
  readonly name = 'CreateBalance1763620006000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(ENTRIES);
    await db.query(APPEND_ONLY);
    await db.query(SHORTFALL);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TRIGGER balance_covers_shortfall ON budget_periods;
      DROP FUNCTION cover_shortfall();
      DROP TABLE balance_entries;
      DROP FUNCTION refuse_balance_change();
      DELETE FROM budgets WHERE scope = 'balance';
    `);
  }
}

const ENTRIES = `
  CREATE TABLE balance_entries (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('credit', 'refill', 'correction', 'start')),
    amount numeric(38, 0) NOT NULL CHECK (amount > 0 OR (amount < 0 AND kind = 'correction')),
    reason text,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
  );
  COMMENT ON TABLE balance_entries IS 'no reference to users: what was booked outlives the account';
  COMMENT ON COLUMN balance_entries.amount IS 'pico-dollars';
  COMMENT ON COLUMN balance_entries.created_by IS 'the person who booked it; null for the house itself';
  CREATE INDEX balance_entries_user_id ON balance_entries (user_id, id DESC);
`;

const APPEND_ONLY = `
  CREATE FUNCTION refuse_balance_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'entries of a balance are never changed; book a correction' USING ERRCODE = 'restrict_violation';
  END
  $$;
  CREATE TRIGGER balance_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON balance_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_balance_change();
`;

/**
 * A provider that reports more than the call was held for spends what is not there. The balance ends at nothing, not
 * below: the house bears what is missing, in an entry of the same transaction. Rows are locked in the order period,
 * budget; whoever books locks the budget alone. The id follows the time, as every id does (RFC 9562, version 7).
 */
const SHORTFALL = `
  CREATE FUNCTION cover_shortfall() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    owner uuid;
    missing numeric;
    at timestamptz := clock_timestamp();
  BEGIN
    SELECT b.scope_id::uuid, NEW.spent - b.amount INTO owner, missing FROM budgets b
      WHERE b.id = NEW.budget_id AND b.scope = 'balance' AND b.amount < NEW.spent FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN NULL; END IF;
    INSERT INTO balance_entries (id, user_id, kind, amount, reason, created_at) VALUES (
      (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid,
      owner, 'correction', missing, 'shortfall', at
    );
    UPDATE budgets b SET amount = b.amount + missing, updated_at = now() WHERE b.id = NEW.budget_id;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER balance_covers_shortfall AFTER UPDATE OF spent ON budget_periods FOR EACH ROW
    WHEN (NEW.spent > OLD.spent AND NEW.ends_at = 'infinity')
    EXECUTE FUNCTION cover_shortfall();
`;
