import type { Client } from 'pg';
import type { CallRecord } from './caller.js';

/** The ledger's row of a call. */
interface Row {
  readonly request_id: string;
  readonly status: string;
  readonly cost: string;
}

/** What else is known of the calls that are compared. */
export interface Expectations {
  /** What the names of all of them, and of no others, begin with. */
  readonly prefix: string;
  /** Ids of the calls that reached the provider. */
  readonly asked: { has(requestId: string): boolean };
  /** When gateways were killed: calls that ran then, and were younger than this, may have left nothing. */
  readonly kills: readonly { readonly url: string; readonly atMs: number }[];
}

/** A call is written down after 250 ms; the rest is for the look every 250 ms and for the writing. */
const KNOWN_AFTER_MS = 1_500;
/** Stands in the name of a call whose provider may report any usage: nobody could hold that. */
export const LIE = '-lie-';

/** Compares what callers saw with what the ledger says. */
export async function compare(
  db: Client,
  records: readonly CallRecord[],
  { prefix, asked, kills }: Expectations,
): Promise<{ rows: number; contradictions: string[] }> {
  const { rows } = await db.query<Row>(
    'SELECT request_id, status, cost FROM usage_events WHERE starts_with(request_id, $1)',
    [prefix],
  );
  const byCall = new Map<string, Row[]>();
  for (const row of rows) byCall.set(row.request_id, [...(byCall.get(row.request_id) ?? []), row]);
  const known = new Set(records.map(({ requestId }) => requestId));
  const contradictions = [
    ...records.flatMap((record) => {
      const own = byCall.get(record.requestId) ?? [];
      return faultsOf(record, own, asked.has(record.requestId), kills).map(
        (fault) => `${fault}: ${JSON.stringify(record)} rows ${JSON.stringify(own)}`,
      );
    }),
    ...rows.filter(({ request_id }) => !known.has(request_id)).map((row) => `a row of nobody: ${JSON.stringify(row)}`),
  ];
  return { rows: rows.length, contradictions };
}

function faultsOf(record: CallRecord, rows: readonly Row[], reached: boolean, kills: Expectations['kills']): string[] {
  const faults: string[] = [];
  const [row] = rows;
  if (rows.length > 1) faults.push('recorded twice');
  if (record.whole && !row) faults.push('answered in full and not recorded');
  if (record.whole && row && row.status !== 'completed') faults.push(`answered in full and recorded as ${row.status}`);
  if (!record.whole && !row && reached && !diedYoung(record, kills)) faults.push('reached the provider, not recorded');
  if (record.status === 402 && row) faults.push('refused and recorded');
  return faults;
}

function diedYoung({ url, startedAtMs, endedAtMs }: CallRecord, kills: Expectations['kills']): boolean {
  return kills.some(
    (kill) =>
      kill.url === url &&
      startedAtMs <= kill.atMs &&
      endedAtMs >= kill.atMs &&
      kill.atMs - startedAtMs < KNOWN_AFTER_MS,
  );
}

/** One text for each thing that must not be at rest; the rows are summed up here, whatever the books say. */
const AT_REST = `
  WITH charged AS (
    SELECT c.budget_id, c.starts_at, sum(u.cost) AS cost,
           coalesce(sum(u.cost) FILTER (WHERE strpos(u.request_id, '${LIE}') = 0), 0) AS believed
      FROM usage_events u, unnest(u.charged_budgets, u.charged_periods) AS c(budget_id, starts_at)
     GROUP BY c.budget_id, c.starts_at
  ), books AS (
    SELECT concat_ws(' ', b.scope, b.scope_id, 'from', coalesce(p.starts_at, c.starts_at)) AS name, b.amount,
           coalesce(p.spent, 0) AS spent, coalesce(p.leased, 0) AS leased,
           coalesce(c.cost, 0) AS cost, coalesce(c.believed, 0) AS believed
      FROM charged c FULL JOIN budget_periods p USING (budget_id, starts_at) JOIN budgets b ON b.id = budget_id
  )
  SELECT format('%s: spent %s, rows %s', name, spent, cost) AS wrong FROM books WHERE spent <> cost
  UNION ALL SELECT format('%s: over its cap %s: rows %s', name, amount, believed) FROM books WHERE believed > amount
  UNION ALL SELECT format('%s: leased %s at rest', name, leased) FROM books WHERE leased <> 0
  UNION ALL SELECT format('a lease of %s at rest', amount) FROM budget_leases WHERE amount <> 0
  UNION ALL SELECT format('call %s is open at rest', id) FROM open_calls
  UNION ALL SELECT format('call %s was refused by the ledger: %s', id, error) FROM usage_dead_letters
  UNION ALL SELECT format('%s has %s rows', request_id, count(*)) FROM usage_events GROUP BY request_id HAVING count(*) > 1`;

/** What budgets, leases and calls under way contradict while nobody calls. */
export async function contradictionsAtRest(db: Client): Promise<string[]> {
  const { rows } = await db.query<{ wrong: string }>(AT_REST);
  return rows.map(({ wrong }) => wrong);
}

/** At any moment: what was spent and lent of a period is no more than its cap. */
export const OVER_CAP = `
  SELECT format('%s %s from %s: spent %s and leased %s of %s', b.scope, b.scope_id, p.starts_at, p.spent, p.leased, b.amount) AS wrong
    FROM budget_periods p JOIN budgets b ON b.id = p.budget_id
   WHERE p.spent + p.leased > b.amount
     AND NOT EXISTS (SELECT 1 FROM usage_events u
                      WHERE strpos(u.request_id, '${LIE}') > 0 AND p.budget_id = ANY (u.charged_budgets))`;
