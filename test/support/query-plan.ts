import { DataSource, type Logger as QueryLogger } from 'typeorm';
import type { TestApp } from './app.js';

export interface Statement {
  readonly query: string;
  readonly parameters: readonly unknown[];
}

export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** The SELECTs that the application's mapper sends while the work runs. */
export async function selectsOf(t: TestApp, work: () => Promise<unknown>): Promise<Statement[]> {
  const source = t.app.get(DataSource);
  const before = source.logger;
  const seen: Statement[] = [];
  source.logger = {
    ...silent,
    logQuery: (query: string, parameters?: unknown[]) => {
      if (/^\s*SELECT/i.test(query)) seen.push({ query, parameters: parameters ?? [] });
    },
  };
  try {
    await work();
    return seen;
  } finally {
    source.logger = before;
  }
}

/** Every step of the plan that PostgreSQL chooses by itself for a statement with these very values. */
export async function planOf(t: TestApp, { query, parameters }: Statement): Promise<PlanNode[]> {
  const { rows } = await t.db.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(`EXPLAIN (FORMAT JSON) ${query}`, [
    ...parameters,
  ]);
  return rows[0]?.['QUERY PLAN'].flatMap(({ Plan }) => flatten(Plan)) ?? [];
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

const nothing = (): void => undefined;
const silent: QueryLogger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};
