import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import { newId, type Pico } from '#libs/kernel';

/** Why a balance moved, other than by a call. */
export type EntryKind = 'credit' | 'refill' | 'correction' | 'start';

/** What is booked on a balance. */
export interface BalanceEntry {
  readonly userId: string;
  readonly kind: EntryKind;
  /** Pico-dollars; only a correction may be negative. */
  readonly amount: Pico;
  readonly reason?: string | undefined;
  /** Left out where nobody in particular books. */
  readonly createdBy?: string | undefined;
}

/** A balance as it stands. */
export interface Balance {
  /** The id of its budget. */
  readonly id: string;
  /** Pico-dollars: all that was booked, less all that calls cost. Never below zero. */
  readonly left: Pico;
  /** The last automatic refill; null before the first. */
  readonly refilledAt: Date | null;
  /** Milliseconds since then, or since the balance was opened, by the clock of the database. */
  readonly unrefilledMs: number;
}

interface BalanceRow {
  readonly id: string;
  readonly left: string;
  readonly refilled_at: Date | null;
  readonly unrefilled_ms: number;
}

const FIND = `
  SELECT b.id, greatest(b.amount - coalesce(p.spent, 0), 0) AS left, r.at AS refilled_at,
         (extract(epoch FROM clock_timestamp() - coalesce(r.at, b.created_at)) * 1000)::double precision
           AS unrefilled_ms
    FROM budgets b
    LEFT JOIN budget_periods p ON p.budget_id = b.id AND p.starts_at = b.anchor
   CROSS JOIN LATERAL (
         SELECT max(e.created_at) AS at FROM balance_entries e WHERE e.user_id = $2 AND e.kind = 'refill') r
   WHERE b.scope = 'balance' AND b.scope_id = $1`;

const BOOK = `
  WITH entry AS (
    INSERT INTO balance_entries (id, user_id, kind, amount, reason, created_by) VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING user_id, amount
  )
  UPDATE budgets b SET amount = b.amount + entry.amount, updated_at = now()
    FROM entry WHERE b.scope = 'balance' AND b.scope_id = entry.user_id::text`;

/** The rows of balances. What a balance has only changes together with an entry that says why. */
@Injectable()
export class BalanceRepository {
  constructor(private readonly work: UnitOfWork) {}

  async find(userId: string): Promise<Balance | undefined> {
    const [row] = await this.query<BalanceRow>(FIND, [userId, userId]);
    if (!row) return undefined;
    return { id: row.id, left: BigInt(row.left), refilledAt: row.refilled_at, unrefilledMs: row.unrefilled_ms };
  }

  /**
   * Within a transaction: nobody else books until it ends. Calls go on being charged meanwhile. Read after the lock
   * and not with it, so that what others booked before is seen whole.
   */
  async findLocked(userId: string): Promise<Balance | undefined> {
    await this.query("SELECT 1 FROM budgets WHERE scope = 'balance' AND scope_id = $1 FOR NO KEY UPDATE", [userId]);
    return this.find(userId);
  }

  /** An empty one, unless there is one. Other replicas remember who has none, and are told. */
  async open(userId: string): Promise<void> {
    const opened = await this.query(
      `INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, 'balance', $2, 0, 'total')
       ON CONFLICT (scope, scope_id) DO NOTHING RETURNING id`,
      [newId(), userId],
    );
    if (opened.length > 0) await this.query("SELECT pg_notify('sluice_budgets', 'changed')", []);
  }

  /** Entry and amount in one statement, and word to every replica that refused a call lately. */
  async book({ userId, kind, amount, reason, createdBy }: BalanceEntry): Promise<void> {
    await this.query(BOOK, [newId(), userId, kind, amount.toString(), reason ?? null, createdBy ?? null]);
    await this.query(
      "SELECT pg_notify('sluice_budgets', 'returned ' || id) FROM budgets WHERE scope = 'balance' AND scope_id = $1",
      [userId],
    );
  }

  private query<Row>(sql: string, values: unknown[]): Promise<Row[]> {
    return this.work.manager.query(sql, values);
  }
}
