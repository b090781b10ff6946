import { Injectable } from '@nestjs/common';
import { ReadThroughCache } from '#libs/cache';
import { HotSql } from '#libs/database';

/** Whose spending a budget caps. */
export type BudgetScope = 'key' | 'user' | 'team' | 'subscription' | 'model' | 'key-model' | 'balance';

/** A budget that a call must pass. */
export interface BudgetRef {
  readonly id: string;
  readonly scope: BudgetScope;
}

/** `scope:id`, for example `key:0190…`. */
export type ScopeName = `${BudgetScope}:${string}`;

const FIND = {
  name: 'budgets_of_scopes',
  text: `SELECT b.id, b.scope FROM budgets b
           JOIN unnest($1::text[], $2::text[]) AS s(scope, scope_id) USING (scope, scope_id)
          ORDER BY b.id`,
};
const FRESH_MS = 2_000;
/** Budgets that were known when the database went away still cap; what was unknown then is refused. */
const KEPT_MS = 15 * 60_000;
const MOST_CALLERS = 50_000;

/** Knows which budgets cap a call, from memory wherever it can; in the order of their ids, which is the order of locks. */
@Injectable()
export class BudgetRegistry {
  private readonly cache = new ReadThroughCache((names) => this.find(names.split('\n')), {
    freshMs: FRESH_MS,
    keptMs: KEPT_MS,
    max: MOST_CALLERS,
  });

  constructor(private readonly sql: HotSql) {}

  of(names: readonly ScopeName[]): readonly BudgetRef[] | Promise<readonly BudgetRef[]> {
    const found = this.cache.get(names.join('\n'));
    return found instanceof Promise ? found.then((budgets) => budgets ?? []) : (found ?? []);
  }

  /** Budgets were made, changed or taken away. */
  forget(): void {
    this.cache.clear();
  }

  private find(names: readonly string[]): Promise<BudgetRef[]> {
    const parts = names.map((name) => [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)]);
    return this.sql.query<{ id: string; scope: BudgetScope }>(FIND, [
      parts.map(([scope]) => scope),
      parts.map(([, id]) => id),
    ]);
  }
}
