import { Injectable } from '@nestjs/common';
import { HotSql } from '#libs/database';
import { fromJson, toJson } from './ledger.codec.js';
import type { LedgerRow } from './ledger.row.js';

const NOTE = {
  name: 'open_calls_note',
  text: `INSERT INTO open_calls (id, replica_id, event)
         SELECT id, $1, event FROM unnest($2::uuid[], $3::jsonb[]) AS c(id, event)
         ON CONFLICT (id) DO UPDATE SET event = excluded.event, updated_at = now()`,
};
const FORGET = { name: 'open_calls_forget', text: 'DELETE FROM open_calls WHERE id = ANY($1)' };
const OF = {
  name: 'open_calls_of',
  text: 'SELECT event::text AS event FROM open_calls WHERE replica_id = $1 LIMIT 500',
};
const ORPHANS = {
  name: 'open_calls_orphans',
  text: `SELECT event::text AS event FROM open_calls o
          WHERE updated_at < now() - make_interval(secs => $1)
            AND NOT EXISTS (SELECT 1 FROM replicas r WHERE r.id = o.replica_id) LIMIT 500`,
};

/** The calls that are under way, as their replicas last saw them. */
@Injectable()
export class OpenCallsRepository {
  constructor(private readonly sql: HotSql) {}

  async note(replicaId: string, rows: readonly LedgerRow[]): Promise<void> {
    await this.sql.query(NOTE, [replicaId, rows.map(({ id }) => id), rows.map(toJson)]);
  }

  /** Some of a replica's calls. */
  async of(replicaId: string): Promise<LedgerRow[]> {
    return read(await this.sql.query(OF, [replicaId]));
  }

  /** Some calls of replicas that nobody knows any more, and that nobody has noted for so long. */
  async orphans(silentSeconds: number): Promise<LedgerRow[]> {
    return read(await this.sql.query(ORPHANS, [silentSeconds]));
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.sql.query(FORGET, [ids]);
  }
}

function read(rows: readonly { event: string }[]): LedgerRow[] {
  return rows.map(({ event }) => fromJson(event));
}
