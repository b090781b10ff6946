import { Injectable } from '@nestjs/common';
import { HotSql } from '#libs/database';
import type { DomainError, Pico } from '#libs/kernel';
import { UNCAPPED } from './budget.limits.js';
import type { BudgetScope, ScopeName } from './budget.registry.js';
import { BUDGET_REFUSALS, budgetErrors } from './budgets.js';

/** A budget in the period that holds now. */
export interface BudgetStanding {
  readonly scope: BudgetScope;
  /** Pico-dollars, as are the two that follow. */
  readonly limit: Pico;
  readonly spent: Pico;
  /** Calls under way may hold some of it already. Never negative. */
  readonly remaining: Pico;
  /** When spending begins anew; null for never. */
  readonly resetsAt: Date | null;
  /** What a call is told that it cannot pay for. */
  readonly refusal: DomainError;
}

const STANDINGS = {
  name: 'budget_standings',
  text: `SELECT b.scope, b.amount, coalesce(p.spent, 0) AS spent, nullif(span.ends_at, 'infinity') AS "resetsAt"
           FROM budgets b
           JOIN unnest($1::text[], $2::text[]) AS s(scope, scope_id) USING (scope, scope_id)
          CROSS JOIN LATERAL budget_period(b.period, b.anchor, b.time_zone, clock_timestamp()) span
           LEFT JOIN budget_periods p ON p.budget_id = b.id AND p.starts_at = span.starts_at
          ORDER BY b.id`,
};

/** Shows what is left of every budget that a call would fall under, without holding any of it. */
@Injectable()
export class BudgetStandings {
  constructor(private readonly sql: HotSql) {}

  async of(names: readonly ScopeName[]): Promise<BudgetStanding[]> {
    const parts = names.map((name) => [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)]);
    const rows = await this.sql.query<{ scope: BudgetScope; amount: string; spent: string; resetsAt: Date | null }>(
      STANDINGS,
      [parts.map(([scope]) => scope), parts.map(([, id]) => id)],
    );
    return rows
      .map(({ scope, resetsAt, ...row }) => ({ scope, resetsAt, limit: BigInt(row.amount), spent: BigInt(row.spent) }))
      .filter(({ limit }) => limit !== UNCAPPED)
      .map((budget) => ({
        ...budget,
        remaining: budget.spent < budget.limit ? budget.limit - budget.spent : 0n,
        refusal: budgetErrors[BUDGET_REFUSALS[budget.scope]](),
      }));
  }
}
