import type { SpoolCodec } from '#libs/spool';
import type { LedgerRow } from './ledger.row.js';

/** A row as JSON, for wherever it waits until the ledger can take it. Costs are too large for JSON's numbers. */
export const LEDGER_CODEC: SpoolCodec<LedgerRow> = {
  encode: (row) => Buffer.from(toJson(row)),
  decode: (payload) => fromJson(payload.toString('utf8')),
};

export function toJson(row: LedgerRow): string {
  return JSON.stringify({ ...row, cost: row.cost.toString() });
}

export function fromJson(text: string): LedgerRow {
  const row = JSON.parse(text) as Omit<LedgerRow, 'cost'> & { cost: string };
  return { ...row, cost: BigInt(row.cost) };
}
