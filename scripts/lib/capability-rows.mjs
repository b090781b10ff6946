/**
 * The arithmetic of `npm run capabilities`: the table of rows and the report of the tests in, the state of
 * each row out. Pure and free of dependencies, so that any Node from 20.19 on can run it.
 */

const HEADING = /^## (.+)$/;
const ROW = /^\| ([A-Z]+-\d+) \| (.+?) \|/;
const TITLE = /^([A-Z]+-\d+)(?![\w-])/;

/** Reads docs/capabilities.md: each row's id, its capability and the module (heading) that it stands under. */
export function parseRows(markdown) {
  const rows = [];
  let module = '';
  for (const line of markdown.split(/\r?\n/)) {
    module = HEADING.exec(line)?.[1]?.trim() ?? module;
    const [, id, capability] = ROW.exec(line) ?? [];
    if (id !== undefined) rows.push({ id, module, capability });
  }
  const seen = new Set();
  for (const { id } of rows) {
    if (seen.has(id)) throw new Error(`The row ${id} stands twice in the table.`);
    seen.add(id);
  }
  return rows;
}

/** The row id that a test title starts with, or undefined. `A-1` does not claim `A-10`. */
export function rowIdOf(title) {
  return TITLE.exec(title)?.[1];
}

const SKIPPED = new Set(['pending', 'skipped', 'todo', 'disabled']);

/** One word for all tests of a row: one failing test fails it, one skipped test keeps it from passing. */
function stateOf(statuses) {
  if (statuses.length === 0) return 'untested';
  if (statuses.some((status) => status !== 'passed' && !SKIPPED.has(status))) return 'failing';
  return statuses.every((status) => status === 'passed') ? 'passing' : 'skipped';
}

/**
 * Joins the rows with a report of `jest --json`. Only a test's own title counts, not the describe around it.
 * `strangers` are titles that claim a row which the table does not have.
 */
export function judge(rows, report) {
  const tests = (report.testResults ?? []).flatMap((suite) => suite.assertionResults ?? []);
  const byRow = groupByRow(tests);
  const known = new Set(rows.map(({ id }) => id));
  return {
    rows: rows.map((row) => {
      const own = byRow.get(row.id) ?? [];
      return { ...row, state: stateOf(own.map(({ status }) => status)), tests: own.map(({ title }) => title) };
    }),
    strangers: tests
      .map(({ title }) => title)
      .filter((title) => rowIdOf(title) !== undefined && !known.has(rowIdOf(title))),
  };
}

function groupByRow(tests) {
  const groups = new Map();
  for (const test of tests) {
    const id = rowIdOf(test.title);
    groups.set(id, [...(groups.get(id) ?? []), test]);
  }
  return groups;
}

/** Counts by state, for each module in the order of the table and overall. */
export function totals(rows) {
  const count = (list) => ({
    rows: list.length,
    passing: list.filter(({ state }) => state === 'passing').length,
    failing: list.filter(({ state }) => state === 'failing').length,
    skipped: list.filter(({ state }) => state === 'skipped').length,
    untested: list.filter(({ state }) => state === 'untested').length,
  });
  const modules = [...new Set(rows.map(({ module }) => module))];
  return {
    modules: modules.map((module) => ({ module, ...count(rows.filter((row) => row.module === module)) })),
    overall: count(rows),
  };
}

/** Reads the command line. A wrong one gives `{ error }`, one sentence that says what to write instead. */
export function parseArguments(argv) {
  const options = { json: false, failing: false, help: false, module: undefined, rows: undefined };
  const rest = argv.flatMap((argument) => (/^--\w+=/.test(argument) ? splitOnce(argument) : [argument]));
  while (rest.length > 0) {
    const flag = rest.shift();
    if (flag === '--json' || flag === '--failing' || flag === '--help') options[flag.slice(2)] = true;
    else if (flag === '--module' || flag === '--rows') {
      const value = rest.shift();
      if (!value || value.startsWith('--')) return { error: `${flag} needs a value; --help shows an example.` };
      options[flag.slice(2)] =
        flag === '--rows'
          ? value
              .split(',')
              .map((id) => id.trim())
              .filter(Boolean)
          : value;
    } else
      return {
        error: `"${flag}" is not known; there are --json, --failing, --module <name>, --rows <id,id> and --help.`,
      };
  }
  return { options };
}

const splitOnce = (argument) => [argument.slice(0, argument.indexOf('=')), argument.slice(argument.indexOf('=') + 1)];

/** The rows that the options ask for, or `{ error }` when they name a module or a row that does not exist. */
export function select(rows, { module, rows: ids, failing }) {
  const named = module?.toLowerCase();
  const inModule = named === undefined ? rows : rows.filter((row) => row.module.toLowerCase().includes(named));
  if (inModule.length === 0) {
    const names = [...new Set(rows.map((row) => row.module))].join(', ');
    return { error: `No module is called "${module}"; there are ${names}.` };
  }
  const unknown = ids?.find((id) => !rows.some((row) => row.id === id));
  if (unknown !== undefined) return { error: `No row has the id "${unknown}".` };
  return {
    rows: inModule.filter(
      (row) => (ids?.includes(row.id) ?? true) && (!failing || row.state === 'failing' || row.state === 'skipped'),
    ),
  };
}
