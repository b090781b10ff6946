import { writeFileSync } from 'node:fs';
import { PLAN } from './plan.js';

/** What a scenario came to. */
export interface Findings {
  readonly scenario: string;
  /** How often the fault came. */
  times: number;
  seconds: number;
  calls: number;
  /** Answers that callers got to their last byte. */
  answered: number;
  /** Calls by their status, or by how they ended without one. */
  readonly statuses: Record<string, number>;
  /** Rows in the ledger. */
  rows: number;
  /** The largest of each thing that was measured, in milliseconds unless the name says otherwise. */
  readonly worst: Record<string, number>;
  /** Of callers who left while the provider was at work. */
  readonly aborts: { asked: number; withinSecond: number; worstMs: number };
  readonly contradictions: string[];
  passed: boolean;
}

export function newFindings(scenario: string): Findings {
  return {
    scenario,
    times: 0,
    seconds: 0,
    calls: 0,
    answered: 0,
    statuses: {},
    rows: 0,
    worst: {},
    aborts: { asked: 0, withinSecond: 0, worstMs: 0 },
    contradictions: [],
    passed: false,
  };
}

/** What the checker found, scenario for scenario, to read and, where it was asked for, as JSON. */
export function publish(findings: readonly Findings[]): void {
  const { seed, size, callers, json } = PLAN;
  if (json !== undefined) {
    writeFileSync(json, `${JSON.stringify({ seed, size, callers, scenarios: findings }, undefined, 2)}\n`);
  }
  const table = [HEAD, ...findings.map(rowOf)];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  process.stderr.write(`\nfaults: ${size}, seed ${seed}, ${callers} callers\n${lines.join('\n')}\n`);
  for (const { scenario, statuses, worst } of findings) {
    process.stderr.write(`${scenario}: ended ${told(statuses)}; worst ${told(worst) || 'not measured'}\n`);
  }
}

const HEAD = ['scenario', '', 'times', 'seconds', 'calls', 'in full', 'rows', 'contradictions', 'aborted in 1 s'];

function rowOf(of: Findings): string[] {
  const { asked, withinSecond, worstMs } = of.aborts;
  return [
    of.scenario,
    of.passed ? 'ok' : 'FAILED',
    String(of.times),
    of.seconds.toFixed(1),
    String(of.calls),
    String(of.answered),
    String(of.rows),
    String(of.contradictions.length),
    asked === 0 ? '-' : `${withinSecond} of ${asked}, worst ${worstMs} ms`,
  ];
}

function told(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, figure]) => `${name}: ${Math.round(figure)}`)
    .join(', ');
}
