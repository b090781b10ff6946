import type { DataSource } from 'typeorm';

/** Something that one of the guarantees rules out, or that an operator should look at. */
export interface Finding {
  /** The row that it is about. */
  readonly subject: string;
  readonly detail: string;
  /** Why it is as it should be all the same; such a finding is told and does not count. */
  readonly excuse: string | null;
}

/** A guarantee of docs/accounting.md, as far as a look at the database can tell. */
export interface LedgerCheck {
  readonly name: string;
  readonly guarantee: 'A1' | 'A3' | 'A4' | 'A5';
  readonly claim: string;
  readonly sql: string;
}

/** Reapers need 60 s for the verdict; after this much more, nobody did what was to be done. */
const OVERDUE = "interval '2 minutes'";
const MOST_FINDINGS = 100;

const PERIOD = "b.scope || ':' || b.scope_id || ' from ' || p.starts_at";
const PERIODS = 'budget_periods p JOIN budgets b ON b.id = p.budget_id';

/** Rows by the budget and the period that they were charged to. */
const CHARGED = `
  charged AS (
    SELECT c.budget_id, c.starts_at, sum(u.cost) AS cost, count(*) AS calls
      FROM usage_events u, unnest(u.charged_budgets, u.charged_periods) AS c(budget_id, starts_at)
     GROUP BY c.budget_id, c.starts_at
  )`;

/** Where no process runs, nobody can reap. */
const SOMEBODY_LIVES = "SELECT 1 FROM replicas o WHERE o.heartbeat_at > now() - interval '10 seconds'";

/** What was paid for calls whose provider reported more than the model can take or say: nobody could hold that. */
const BEYOND_THE_MODEL = `
  SELECT sum(u.cost) FROM usage_events u
    JOIN models m ON m.id = u.model_id,
         unnest(u.charged_budgets, u.charged_periods) AS c(budget_id, starts_at)
   WHERE c.budget_id = p.budget_id AND c.starts_at = p.starts_at AND u.tokens_source = 'provider'
     AND (u.output_tokens > m.max_output_tokens OR u.input_tokens > m.context_length)`;

export const LEDGER_CHECKS: readonly LedgerCheck[] = [
  {
    name: 'spent',
    guarantee: 'A4',
    claim: 'what is spent of a period is the sum of the rows that are charged to it',
    sql: `
      WITH ${CHARGED}
      SELECT ${PERIOD} AS subject,
             'spent ' || p.spent || ', rows ' || coalesce(c.cost, 0) || ' in ' || coalesce(c.calls, 0) || ' calls' AS detail,
             NULL AS excuse
        FROM ${PERIODS} LEFT JOIN charged c USING (budget_id, starts_at)
       WHERE p.spent <> coalesce(c.cost, 0)
      UNION ALL
      SELECT b.scope || ':' || b.scope_id || ' from ' || c.starts_at,
             'rows ' || c.cost || ' in ' || c.calls || ' calls, and no such period', NULL
        FROM charged c JOIN budgets b ON b.id = c.budget_id
       WHERE NOT EXISTS (SELECT 1 FROM budget_periods p WHERE p.budget_id = c.budget_id AND p.starts_at = c.starts_at)`,
  },
  {
    name: 'charges',
    guarantee: 'A4',
    claim: 'every row names a period for each budget, and no budget twice',
    sql: `
      SELECT 'call ' || u.id AS subject,
             cardinality(u.charged_budgets) || ' budgets, ' || cardinality(u.charged_periods) || ' periods' AS detail,
             NULL AS excuse
        FROM usage_events u
       WHERE cardinality(u.charged_budgets) <> cardinality(u.charged_periods)
          OR cardinality(u.charged_budgets) <> (SELECT count(DISTINCT id) FROM unnest(u.charged_budgets) AS id)`,
  },
  {
    name: 'limit',
    guarantee: 'A1',
    claim: 'what is spent and leased of a period is no more than its limit',
    sql: `
      SELECT ${PERIOD} AS subject,
             'limit ' || b.amount || ', spent ' || p.spent || ', leased ' || p.leased AS detail,
             CASE WHEN b.updated_at > greatest(b.created_at, p.starts_at) THEN 'the limit was changed at ' || b.updated_at
                  WHEN p.spent + p.leased - b.amount <= coalesce((${BEYOND_THE_MODEL}), 0)
                  THEN 'a provider reported more than its model can do' END AS excuse
        FROM ${PERIODS}
       WHERE p.spent + p.leased > b.amount`,
  },
  {
    name: 'balance',
    guarantee: 'A4',
    claim: 'what was put on a balance is the sum of its entries',
    sql: `
      SELECT 'balance:' || coalesce(b.scope_id, e.user_id::text) AS subject,
             'amount ' || coalesce(b.amount::text, 'none') || ', entries ' || coalesce(e.amount, 0) AS detail,
             NULL AS excuse
        FROM (SELECT scope_id, amount FROM budgets WHERE scope = 'balance') b
        FULL JOIN (SELECT user_id, sum(amount) AS amount FROM balance_entries GROUP BY user_id) e
          ON e.user_id::text = b.scope_id
       WHERE b.amount IS DISTINCT FROM coalesce(e.amount, 0)`,
  },
  {
    name: 'quotas',
    guarantee: 'A4',
    claim: 'what is used of a subscription is what its rows of the period add up to',
    sql: `
      WITH used AS (
        SELECT u.subscription_id, span.starts_at, count(*) AS requests, sum(u.input_tokens + u.output_tokens) AS tokens
          FROM usage_events u CROSS JOIN LATERAL quota_period(u.subscription_id, u.created_at) span
         WHERE u.subscription_id IS NOT NULL AND u.tokens_source <> 'none'
           AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = u.subscription_id)
         GROUP BY u.subscription_id, span.starts_at
      )
      SELECT 'subscription:' || coalesce(q.subscription_id, u.subscription_id) AS subject,
             'counted ' || coalesce(q.requests, 0) || ' calls and ' || coalesce(q.tokens, 0) || ' tokens, rows '
               || coalesce(u.requests, 0) || ' and ' || coalesce(u.tokens, 0) AS detail,
             NULL AS excuse
        FROM quota_periods q FULL JOIN used u USING (subscription_id, starts_at)
       WHERE (coalesce(q.requests, 0), coalesce(q.tokens, 0)) <> (coalesce(u.requests, 0), coalesce(u.tokens, 0))
         AND (q.subscription_id IS NULL
              OR EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = q.subscription_id))`,
  },
  {
    name: 'leased',
    guarantee: 'A4',
    claim: 'what is leased of a period is the sum of its leases',
    sql: `
      SELECT ${PERIOD} AS subject, 'leased ' || p.leased || ', leases ' || coalesce(sum(l.amount), 0) AS detail, NULL AS excuse
        FROM ${PERIODS} LEFT JOIN budget_leases l USING (budget_id, starts_at)
       GROUP BY b.id, p.budget_id, p.starts_at
      HAVING p.leased <> coalesce(sum(l.amount), 0)`,
  },
  {
    name: 'leases',
    guarantee: 'A4',
    claim: 'no lease outlives its replica',
    sql: `
      SELECT 'replica ' || l.replica_id AS subject, 'still leases ' || sum(l.amount) || ' ' || CASE
               WHEN r.id IS NULL THEN 'and is unknown'
               WHEN r.condemned_at IS NULL THEN 'and is silent since ' || r.heartbeat_at
               ELSE 'and was condemned at ' || r.condemned_at END AS detail,
             NULL AS excuse
        FROM budget_leases l LEFT JOIN replicas r ON r.id = l.replica_id
       WHERE l.amount > 0
         AND (r.id IS NULL OR r.condemned_at < now() - ${OVERDUE}
              OR (r.heartbeat_at < now() - ${OVERDUE} AND EXISTS (${SOMEBODY_LIVES})))
       GROUP BY l.replica_id, r.id`,
  },
  {
    name: 'open calls',
    guarantee: 'A5',
    claim: 'no call stays open after its replica, or without being heard of',
    sql: `
      SELECT 'call ' || o.id AS subject, 'last noted at ' || o.updated_at || ' by replica ' || o.replica_id || CASE
               WHEN r.id IS NULL THEN ', which is unknown' WHEN r.condemned_at IS NOT NULL THEN ', which is condemned'
               ELSE '' END AS detail,
             NULL AS excuse
        FROM open_calls o LEFT JOIN replicas r ON r.id = o.replica_id
       WHERE o.updated_at < now() - ${OVERDUE} - interval '30 seconds'`,
  },
  {
    name: 'dead letters',
    guarantee: 'A3',
    claim: 'no settled call was refused by the ledger',
    sql: `
      SELECT 'call ' || d.id AS subject, 'refused at ' || d.created_at || ': ' || d.error AS detail,
             CASE WHEN u.id IS NOT NULL THEN 'its row was entered since' END AS excuse
        FROM usage_dead_letters d LEFT JOIN usage_events u USING (id)`,
  },
];

/** Runs checks on a database that may be in use: all of them see the same moment, and none can change anything. */
export class LedgerChecksRepository {
  constructor(private readonly source: DataSource) {}

  async run(checks: readonly LedgerCheck[]): Promise<Map<string, Finding[]>> {
    const runner = this.source.createQueryRunner();
    try {
      await runner.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const findings = new Map<string, Finding[]>();
      for (const { name, sql } of checks) {
        const rows = (await runner.query(
          `SELECT subject, detail, excuse FROM (${sql}) found ORDER BY excuse NULLS FIRST, subject LIMIT ${MOST_FINDINGS}`,
        )) as Finding[];
        findings.set(name, rows);
      }
      return findings;
    } finally {
      await runner.query('ROLLBACK').catch(() => undefined);
      await runner.release();
    }
  }
}
