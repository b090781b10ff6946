import { Injectable } from '@nestjs/common';
import { HotSql } from '#libs/database';
import { fromJson, toJson } from './ledger.codec.js';
import type { LedgerRow } from './usage-ledger.repository.js';

const NOTE = {
  name: 'open_calls_note',
  text: `INSERT INTO open_calls (id, replica_id, event)
         SELECT id, $1, event FROM unnest($2::uuid[], $3::jsonb[]) AS c(id, event)
         ON CONFLICT (id) DO UPDATE SET event = excluded.event, updated_at = now()`,
};
const FORGET = { name: 'open_calls_forget', text: 'DELETE FROM open_calls WHERE replica_id = $1' };
const OF = { name: 'open_calls_of', text: 'SELECT event::text AS event FROM open_calls WHERE replica_id = $1' };

/** The calls that are under way, as their replicas last saw them. */
@Injectable()
export class OpenCallsRepository {
  constructor(private readonly sql: HotSql) {}

  async note(replicaId: string, rows: readonly LedgerRow[]): Promise<void> {
    await this.sql.query(NOTE, [replicaId, rows.map(({ id }) => id), rows.map(toJson)]);
  }

  async of(replicaId: string): Promise<LedgerRow[]> {
    const rows = await this.sql.query<{ event: string }>(OF, [replicaId]);
    return rows.map(({ event }) => fromJson(event));
  }

  async forget(replicaId: string): Promise<void> {
    await this.sql.query(FORGET, [replicaId]);
  }
}
