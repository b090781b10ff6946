// `npm run capabilities`: which rows of docs/capabilities.md does the last run of the tests prove?
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { judge, parseArguments, parseRows, select, totals } from './lib/capability-rows.mjs';

const TABLE = 'docs/capabilities.md';
const REPORT = 'reports/jest.json';
const SOURCES = ['src', 'libs', 'migrations', 'test'];

const HELP = `Usage: npm run capabilities -- [options]

  --rows A-01,A-02   only these rows; exit code 1 unless all of them pass
  --module <name>    only the modules whose name contains this, for example --module auth
  --failing          only rows with a failing or skipped test
  --json             machine-readable

Reads ${REPORT}, which "npm test" writes.`;

process.chdir(join(import.meta.dirname, '..'));

function stop(sentence, code) {
  console.error(sentence);
  process.exit(code);
}

function newestSource() {
  return SOURCES.filter((root) => existsSync(root))
    .flatMap((root) => readdirSync(root, { recursive: true }).map((name) => join(root, name)))
    .filter((path) => /\.(ts|mts)$/.test(path))
    .reduce((newest, path) => Math.max(newest, statSync(path).mtimeMs), 0);
}

function readReport() {
  if (!existsSync(REPORT)) stop(`There is no ${REPORT} yet: run "npm test" first, it writes the report.`, 2);
  try {
    return JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    return stop(`${REPORT} is not a complete report: run "npm test" again.`, 2);
  }
}

const MARKS = { passing: 'pass', failing: 'FAIL', skipped: 'SKIP', untested: '-' };

function printRow({ id, state, capability }) {
  console.log(`  ${MARKS[state].padEnd(4)}  ${id.padEnd(6)}  ${capability}`);
}

function printCounts(label, { rows, passing, failing, skipped, untested }) {
  const number = (value) => String(value).padStart(4);
  console.log(
    `${label.slice(0, 40).padEnd(40)} ${number(rows)} rows ${number(passing)} passing ${number(failing)} failing ${number(skipped)} skipped ${number(untested)} without a test`,
  );
}

function print(rows, everything, strangers) {
  for (const module of new Set(rows.map((row) => row.module))) {
    console.log(module);
    rows.filter((row) => row.module === module).forEach(printRow);
    console.log('');
  }
  const { modules, overall } = totals(everything);
  for (const { module, ...counts } of modules) printCounts(module, counts);
  printCounts('All', overall);
  for (const title of strangers) console.error(`A test claims a row that the table does not have: "${title}"`);
}

const { options, error } = parseArguments(process.argv.slice(2));
if (error) stop(error, 2);
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const report = readReport();
const stale = newestSource() > statSync(REPORT).mtimeMs;
const { rows, strangers } = judge(parseRows(readFileSync(TABLE, 'utf8')), report);
const selected = select(rows, options);
if (selected.error) stop(selected.error, 2);
const scope = options.failing ? select(rows, { ...options, failing: false }).rows : selected.rows;

if (options.json) console.log(JSON.stringify({ stale, rows: selected.rows, ...totals(scope), strangers }, null, 2));
else print(selected.rows, scope, strangers);
if (stale) console.error(`${REPORT} is older than the sources: run "npm test" again before you trust these figures.`);
if (options.rows && !scope.every(({ state }) => state === 'passing')) process.exitCode = 1;
