import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHARGE_ALL } from './1763650000000-charge-in-one-go.js';

const FORMER = 'coalesce(least(l.amount, c.cost), 0) AS covered';
/** PostgreSQL's least() ignores what is NULL: without a slice all of the cost would be covered by what others have. */
const COVERED = 'least(coalesce(l.amount, 0), c.cost) AS covered';

/** What was charged wrongly. Nobody leases, charges or gives back meanwhile, which takes as long as the periods that are wrong. */
const SET_RIGHT = `
  LOCK TABLE budget_periods, budget_leases IN SHARE ROW EXCLUSIVE MODE;
  UPDATE budget_periods p SET leased = l.amount
    FROM (SELECT budget_id, starts_at, sum(amount) AS amount FROM budget_leases GROUP BY budget_id, starts_at) l
   WHERE p.budget_id = l.budget_id AND p.starts_at = l.starts_at AND p.leased <> l.amount;
`;

/** A cost whose replica has no slice any more is taken from nobody's, and what was taken so is put back. */
export class ChargeNoSliceThatIsGone1763650001000 implements MigrationInterface {
  readonly name = 'ChargeNoSliceThatIsGone1763650001000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(replacing(CHARGE_ALL).replace(FORMER, COVERED));
    await db.query(SET_RIGHT);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(replacing(CHARGE_ALL));
  }
}

function replacing(definition: string): string {
  return definition.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION');
}
