import { Injectable } from '@nestjs/common';
import { HotSql } from '#libs/database';
import type { Pico } from '#libs/kernel';
import type { Charge } from './budget.slice.js';

/** What a replica asks for: at least `needed`, gladly up to `wanted`. */
export interface LeaseWish {
  readonly budgetId: string;
  readonly needed: Pico;
  readonly wanted: Pico;
}

/** What it got. */
export interface LeaseGrant extends Charge {
  /** Milliseconds until the period ends, by the database's clock; null for one without end. */
  readonly endsInMs: number | null;
  readonly granted: Pico;
  /** What was neither spent nor leased before this grant. */
  readonly free: Pico;
  /** How many other replicas have slices of the same period, which they could give back. */
  readonly others: number;
}

/** A slice that a replica has, and how much of it. */
export interface LeaseKept extends Charge {
  readonly amount: Pico;
}

/** Another process of the same house. */
export interface OtherReplica {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly silent: boolean;
}

interface GrantRow {
  budget_id: string;
  starts_at: string;
  ends_in_ms: number | null;
  granted: string;
  free: string;
  others: number;
}

const LEASE = {
  name: 'lease_budgets',
  text: `SELECT budget_id, starts_at::text, ends_in_ms, granted, free, others
           FROM lease_budgets($1, $2::uuid[], $3::numeric[], $4::numeric[])`,
};
const SYNC = {
  name: 'sync_leases',
  text: 'SELECT sync_leases($1, $2::uuid[], $3::timestamptz[], $4::numeric[])',
};
const NOW_MS = 'extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms';
const JOIN = {
  name: 'replica_join',
  text: `INSERT INTO replicas (id, host, pid) VALUES ($1, $2, $3) RETURNING ${NOW_MS}`,
};
const BEAT = {
  name: 'replica_beat',
  text: `UPDATE replicas SET heartbeat_at = now() WHERE id = $1 AND condemned_at IS NULL RETURNING ${NOW_MS}`,
};
const OTHERS = {
  name: 'replica_others',
  text: `SELECT id, host, pid, condemned_at IS NOT NULL OR heartbeat_at < now() - make_interval(secs => $2) AS silent
           FROM replicas WHERE id <> $1`,
};
const CONDEMN = {
  name: 'replica_condemn',
  text: `UPDATE replicas SET condemned_at = coalesce(condemned_at, now())
          WHERE id = $1 AND (condemned_at IS NOT NULL OR $3 OR heartbeat_at < now() - make_interval(secs => $2))
          RETURNING id`,
};
const REAP = { name: 'replica_reap', text: 'SELECT reap_replica($1)' };

/** The database's side of leasing: each method is one statement, and so one transaction. */
@Injectable()
export class BudgetLeaseRepository {
  constructor(private readonly sql: HotSql) {}

  /** A budget that exists no more is left out of the answer. */
  async lease(replicaId: string, wishes: readonly LeaseWish[]): Promise<LeaseGrant[]> {
    const rows = await this.sql.query<GrantRow>(LEASE, [
      replicaId,
      wishes.map(({ budgetId }) => budgetId),
      wishes.map(({ needed }) => needed.toString()),
      wishes.map(({ wanted }) => wanted.toString()),
    ]);
    return rows.map((row) => ({
      budgetId: row.budget_id,
      startsAt: row.starts_at,
      endsInMs: row.ends_in_ms,
      granted: BigInt(row.granted),
      free: BigInt(row.free),
      others: row.others,
    }));
  }

  /** Gives back whatever is leased beyond what is kept; harmless to repeat. */
  async sync(replicaId: string, kept: readonly LeaseKept[]): Promise<void> {
    await this.sql.query(SYNC, [
      replicaId,
      kept.map(({ budgetId }) => budgetId),
      kept.map(({ startsAt }) => startsAt),
      kept.map(({ amount }) => amount.toString()),
    ]);
  }

  /** @returns the time by the database's clock, in unix milliseconds */
  async join({ id, host, pid }: { id: string; host: string; pid: number }): Promise<number> {
    const [joined] = await this.sql.query<{ now_ms: number }>(JOIN, [id, host, pid]);
    return joined?.now_ms ?? Date.now();
  }

  /** @returns the same, where the replica is still known; undefined when it was taken for dead */
  async beat(replicaId: string): Promise<number | undefined> {
    const [known] = await this.sql.query<{ now_ms: number }>(BEAT, [replicaId]);
    return known?.now_ms;
  }

  /** The other replicas, and whether each has not been heard of for so long. */
  async others(self: string, silentSeconds: number): Promise<OtherReplica[]> {
    return this.sql.query<OtherReplica>(OTHERS, [self, silentSeconds]);
  }

  /**
   * Passes the verdict that a replica is gone; from now on it can neither beat nor lease under its name.
   *
   * @param certainly it is known that its process runs no more
   * @returns false when it was heard of again meanwhile
   */
  async condemn(replicaId: string, silentSeconds: number, certainly: boolean): Promise<boolean> {
    return (await this.sql.query(CONDEMN, [replicaId, silentSeconds, certainly])).length > 0;
  }

  /** Frees a replica's leases and forgets it. */
  async reap(replicaId: string): Promise<void> {
    await this.sql.query(REAP, [replicaId]);
  }
}
