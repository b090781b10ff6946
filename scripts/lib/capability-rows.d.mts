export type RowState = 'passing' | 'failing' | 'skipped' | 'untested';

export interface Row {
  id: string;
  module: string;
  capability: string;
}

export interface JudgedRow extends Row {
  state: RowState;
  tests: string[];
}

export interface TestReport {
  testResults?: { assertionResults?: { title: string; status: string }[] }[];
}

export interface Counts {
  rows: number;
  passing: number;
  failing: number;
  skipped: number;
  untested: number;
}

export interface Options {
  json: boolean;
  failing: boolean;
  help: boolean;
  module: string | undefined;
  rows: string[] | undefined;
}

export function parseRows(markdown: string): Row[];
export function rowIdOf(title: string): string | undefined;
export function judge(rows: Row[], report: TestReport): { rows: JudgedRow[]; strangers: string[] };
export function totals(rows: JudgedRow[]): { modules: ({ module: string } & Counts)[]; overall: Counts };
export function parseArguments(
  argv: string[],
): { options: Options; error?: undefined } | { options?: undefined; error: string };
export function select<R extends JudgedRow>(
  rows: R[],
  options: Partial<Options>,
): { rows: R[]; error?: undefined } | { rows?: undefined; error: string };
