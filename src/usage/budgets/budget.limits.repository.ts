import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId, type Pico } from '#libs/kernel';
import type { CapScope, CapStanding } from '#libs/limits';

/** A cap as the table has it. */
export interface BudgetWish {
  readonly scope: CapScope;
  readonly scopeId: string;
  readonly amount: Pico;
  readonly period: string;
  readonly softAmount: Pico | null;
}

/** A period whose spending crossed the line at which somebody is told. */
export interface CrossedBudget {
  readonly id: string;
  readonly scope: string;
  readonly scopeId: string;
  readonly spent: Pico;
}

interface StandingRow {
  readonly scope_id: string;
  readonly amount: string;
  readonly soft_amount: string | null;
  readonly period: string;
  readonly spent: string;
  readonly resets_at: Date | null;
}

const STANDING = `
  SELECT b.scope_id, b.amount, b.soft_amount, b.period, coalesce(p.spent, 0) AS spent,
         nullif(span.ends_at, 'infinity') AS resets_at
    FROM budgets b
   CROSS JOIN LATERAL budget_period(b.period, b.anchor, b.time_zone, clock_timestamp()) span
    LEFT JOIN budget_periods p ON p.budget_id = b.id AND p.starts_at = span.starts_at
   WHERE b.scope = $1 AND b.scope_id = ANY ($2)`;

/** The rows of budgets as their owners and administrators see them. Every change is told to all replicas. */
@Injectable()
export class BudgetLimitsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** Another period begins at this moment; another amount holds for the period that runs. */
  async save({ scope, scopeId, amount, period, softAmount }: BudgetWish): Promise<void> {
    await this.query(
      `INSERT INTO budgets AS b (id, scope, scope_id, amount, period, soft_amount, anchor)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
       ON CONFLICT (scope, scope_id) DO UPDATE
          SET amount = excluded.amount, soft_amount = excluded.soft_amount, period = excluded.period,
              anchor = CASE WHEN b.period = excluded.period THEN b.anchor ELSE excluded.anchor END, updated_at = now()`,
      [newId(), scope, scopeId, amount.toString(), period, softAmount?.toString() ?? null],
    );
    await this.query(
      `UPDATE budget_periods p SET soft_amount = b.soft_amount
         FROM budgets b
        WHERE b.scope = $1 AND b.scope_id = $2 AND p.budget_id = b.id AND p.ends_at > now()
          AND p.soft_amount IS DISTINCT FROM b.soft_amount`,
      [scope, scopeId],
    );
    await this.tell();
  }

  async remove(scope: CapScope, scopeId: string): Promise<void> {
    await this.query('DELETE FROM budgets WHERE scope = $1 AND scope_id = $2', [scope, scopeId]);
    await this.tell();
  }

  async restart(scope: CapScope, scopeId: string): Promise<void> {
    await this.query(
      'UPDATE budgets SET anchor = clock_timestamp(), updated_at = now() WHERE scope = $1 AND scope_id = $2',
      [scope, scopeId],
    );
    await this.tell();
  }

  async standing(scope: CapScope, scopeIds: readonly string[]): Promise<Map<string, CapStanding>> {
    const rows = await this.query<StandingRow>(STANDING, [scope, scopeIds]);
    return new Map(
      rows.map((row) => [
        row.scope_id,
        {
          amount: BigInt(row.amount),
          softAmount: row.soft_amount === null ? null : BigInt(row.soft_amount),
          period: row.period,
          spent: BigInt(row.spent),
          resetsAt: row.resets_at,
        },
      ]),
    );
  }

  async crossed(budgetId: string, startsAt: string): Promise<CrossedBudget | undefined> {
    const [row] = await this.query<{ id: string; scope: string; scope_id: string; spent: string }>(
      `SELECT b.id, b.scope, b.scope_id, p.spent FROM budgets b JOIN budget_periods p ON p.budget_id = b.id
        WHERE b.id = $1 AND p.starts_at = $2::timestamptz`,
      [budgetId, startsAt],
    );
    return row && { id: row.id, scope: row.scope, scopeId: row.scope_id, spent: BigInt(row.spent) };
  }

  /** Part of the transaction: nobody hears of what is not committed, and nobody misses what is. */
  private async tell(): Promise<void> {
    await this.query("SELECT pg_notify('sluice_budgets', 'changed')", []);
  }

  private query<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.work.manager.query(sql, values);
  }
}
