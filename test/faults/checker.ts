import type { Client } from 'pg';
import type { CallRecord } from './caller.js';

/** The ledger's row of a call. */
interface Row {
  readonly request_id: string;
  readonly status: string;
  readonly cost: string;
}

/** What the provider was asked. */
export interface Expectations {
  /** Ids of the calls that reached the provider. */
  readonly asked: ReadonlySet<string>;
  /** When gateways were killed: calls that ran then, and were younger than this, may have left nothing. */
  readonly kills: readonly { readonly url: string; readonly atMs: number }[];
}

/** A call is written down after 250 ms; the rest is for the look every 250 ms and for the writing. */
const KNOWN_AFTER_MS = 1_500;

/** Compares what callers saw with what the ledger says. @returns one line for each contradiction */
export async function contradictions(
  db: Client,
  records: readonly CallRecord[],
  { asked, kills }: Expectations,
): Promise<string[]> {
  const { rows } = await db.query<Row>('SELECT request_id, status, cost FROM usage_events');
  const byCall = new Map<string, Row[]>();
  for (const row of rows) byCall.set(row.request_id, [...(byCall.get(row.request_id) ?? []), row]);
  const known = new Set(records.map(({ requestId }) => requestId));
  return [
    ...records.flatMap((record) => {
      const own = byCall.get(record.requestId) ?? [];
      return faultsOf(record, own, asked.has(record.requestId), kills).map(
        (fault) => `${fault}: ${JSON.stringify(record)} rows ${JSON.stringify(own)}`,
      );
    }),
    ...rows.filter(({ request_id }) => !known.has(request_id)).map((row) => `a row of nobody: ${JSON.stringify(row)}`),
  ];
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
