import { createDataSource } from '#libs/database';
import { type Finding, LEDGER_CHECKS, type LedgerCheck, LedgerChecksRepository } from './ledger-checks.repository.js';

/** What one check found. */
export interface CheckResult extends Pick<LedgerCheck, 'name' | 'guarantee' | 'claim'> {
  readonly holds: boolean;
  readonly findings: readonly Finding[];
}

/** Whether a database keeps what docs/accounting.md guarantees. */
export interface LedgerVerdict {
  readonly holds: boolean;
  readonly checks: readonly CheckResult[];
}

/** Checks a live database against the guarantees, at one moment and without changing anything. */
export async function verifyLedger(url: string): Promise<LedgerVerdict> {
  // A long ledger takes as long as it takes.
  const source = await createDataSource(url, { settings: { statementTimeoutMs: 0 } }).initialize();
  try {
    const found = await new LedgerChecksRepository(source).run(LEDGER_CHECKS);
    const checks = LEDGER_CHECKS.map(({ name, guarantee, claim }) => {
      const findings = found.get(name) ?? [];
      return { name, guarantee, claim, holds: findings.every(({ excuse }) => excuse !== null), findings };
    });
    return { holds: checks.every(({ holds }) => holds), checks };
  } finally {
    await source.destroy();
  }
}

/** A verdict as lines to read. */
export function describeVerdict({ holds, checks }: LedgerVerdict): string {
  const lines = checks.flatMap((check) => [
    `${check.holds ? 'ok  ' : 'FAIL'}  ${check.guarantee}  ${check.claim}`,
    ...check.findings.map(
      ({ subject, detail, excuse }) => `          ${subject}: ${detail}${excuse === null ? '' : ` (${excuse})`}`,
    ),
  ]);
  const failed = checks.filter((check) => !check.holds).length;
  return [...lines, holds ? 'The ledger keeps its guarantees.' : `${failed} of ${checks.length} checks failed.`].join(
    '\n',
  );
}
