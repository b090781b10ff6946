import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { installDependencies } from './install.mjs';
import { pinnedNode } from './node.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { run } from './processes.mjs';
import { Failure, say } from './say.mjs';

const REPORT = join(ROOT, 'reports', 'jest.json');
/** What is measured here is the machine as well: nothing may run beside it. */
const ALONE = 'test/e2e/load.e2e-spec.ts';

const HELP = `Usage: npm test [-- options] [paths]     run the tests of files whose path contains one of the paths

Options are those of Jest (https://jestjs.io/docs/cli), among them:
  -t <pattern>   only tests whose name contains it, for instance the number of a capability: -t A-21
  --verbose      each test by name
`;
/** Before this version Jest cannot load the ES modules that the dependencies consist of. */
const OLDEST_NODE = [24, 9];

/** Installs what is missing and runs the tests. The last line of output is always the sum. */
export async function test(argv) {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(HELP);
    return 0;
  }
  let counts = { passed: 0, failed: 1, skipped: 0 };
  try {
    await installDependencies();
    counts = await runJest(argv);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
  } finally {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
  }
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

async function runJest(argv) {
  const node = pinnedNode();
  assertNewEnough(node);
  mkdirSync(join(ROOT, 'reports'), { recursive: true });
  const jest = join(NODE_MODULES, 'jest', 'bin', 'jest.js');
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--passWithNoTests'];
  // Ctrl-C reaches Jest through the terminal too; we stay to print the sum.
  process.on('SIGINT', () => undefined);
  const pass = async (ignored) => {
    rmSync(REPORT, { force: true });
    const options = ['--json', `--outputFile=${REPORT}`, ...argv, '--testPathIgnorePatterns', ignored];
    // Jest reports on standard error; standard output would repeat where the report went.
    const code = await run(node, [...args, ...options], { cwd: ROOT, stdio: ['inherit', 'ignore', 'inherit'] });
    const report = readReport();
    return { report, counts: count(report, code) };
  };
  const most = await pass(ALONE);
  const paths = argv.filter((argument) => !argument.startsWith('-') && /[./]/.test(argument));
  if (paths.length > 0 && !paths.some((path) => ALONE.includes(path) || path.endsWith(ALONE))) return most.counts;
  const alone = await pass(`^(?!.*${ALONE}$)`);
  const testResults = [most, alone].flatMap(({ report }) => report?.testResults ?? []);
  writeFileSync(REPORT, JSON.stringify({ ...most.report, testResults }));
  return Object.fromEntries(Object.entries(most.counts).map(([key, n]) => [key, n + alone.counts[key]]));
}

/** A suite that could not run, and a failure outside of any test, count as failed. */
function count(report, code) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function readReport() {
  try {
    return JSON.parse(readFileSync(REPORT, 'utf8'));
  } catch {
    return undefined;
  }
}

function assertNewEnough(node) {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  const [major, minor] = version.slice(1).split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new Failure(
    `The tests need Node.js ${OLDEST_NODE.join('.')} or newer and this platform only offers ${version}: install it and run npm test again.`,
  );
}
