// `npm run check`: everything that can be known without running the product, two checks at a time.
// `npm run check -- lint types` runs some of them; each is also an npm script of its own.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { installDependencies } from './lib/install.mjs';
import { main } from './lib/main.mjs';
import { ROOT } from './lib/paths.mjs';
import { Failure } from './lib/say.mjs';

/** Longest first, so that the short ones fill the gaps. */
const CHECKS = [
  { name: 'types', script: 'check:types', wants: 'the compiler accepts it' },
  { name: 'lint', script: 'check:lint', wants: 'no warning of the type-aware linter' },
  {
    name: 'generated',
    script: 'generate:check',
    wants: 'what is generated is committed',
    needs: 'scripts/generate.mjs',
  },
  { name: 'format', script: 'check:format', wants: 'formatted ("npm run format" mends it)' },
  { name: 'graph', script: 'check:graph', wants: 'imports go one way' },
  { name: 'house', script: 'check:house', wants: 'the habits of the house' },
];

function chosen(names) {
  const unknown = names.filter((name) => !CHECKS.some((check) => check.name === name));
  if (unknown.length > 0) {
    throw new Failure(
      `No check is called "${unknown[0]}"; there are ${CHECKS.map((check) => check.name).join(', ')}.`,
      2,
    );
  }
  return CHECKS.filter((check) => names.length === 0 || names.includes(check.name));
}

/** Runs one npm script to its end and keeps what it printed. */
function run({ name, script, wants }) {
  const started = performance.now();
  return new Promise((resolve) => {
    const windows = process.platform === 'win32';
    const child = spawn(windows ? 'npm.cmd' : 'npm', ['run', '--silent', script], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: windows,
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    const end = (ok) =>
      resolve({ name, script, wants, ok, output: Buffer.concat(chunks).toString(), ms: performance.now() - started });
    child.on('error', (error) => {
      chunks.push(Buffer.from(error.message));
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function report({ name, script, wants, ok, output, ms }) {
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name.padEnd(9)} ${(ms / 1000).toFixed(1).padStart(5)} s  ${wants}`);
  if (!ok) console.log(`${output.trimEnd()}\n     again: npm run ${script}\n`);
  else if (name === 'house') console.log(output.trimEnd().replaceAll(/^/gm, '     '));
}

async function work(queue, results) {
  for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
    const result = await run(check);
    report(result);
    results.push(result);
  }
}

/** Installs what is missing and runs the checks; 0 when all of them passed. */
async function check(names) {
  const checks = chosen(names).filter(({ needs }) => needs === undefined || existsSync(join(ROOT, needs)));
  await installDependencies();
  const started = performance.now();
  const results = [];
  const queue = [...checks];
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, () => work(queue, results)));
  const failed = results.filter(({ ok }) => !ok).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${results.length - failed} checks passed, ${failed} failed, ${seconds} s`);
  return failed === 0 ? 0 : 1;
}

await main(check);
