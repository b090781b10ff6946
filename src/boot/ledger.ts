import { describeVerdict, verifyLedger } from '../usage/verify/ledger.verification.js';
import { StartFailure } from './start-failure.js';
import { print } from './tool.js';

/**
 * Prints whether the database keeps the guarantees of the accounting.
 *
 * @throws StartFailure after the report when it does not
 */
export async function printLedgerVerdict(url: string, json: boolean): Promise<void> {
  const verdict = await verifyLedger(url);
  print(json ? JSON.stringify(verdict) : describeVerdict(verdict));
  if (!verdict.holds) throw new StartFailure('The ledger does not keep its guarantees: see docs/accounting.md.');
}
