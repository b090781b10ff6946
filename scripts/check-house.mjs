// Holds the sources to the habits in scripts/lib/house-rules.mjs and prints the size of the house.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { countLines, inspect } from './lib/house-rules.mjs';

const GENERATED = /^libs\/sdk\//;

const sources = ['src', 'libs', 'migrations', 'test']
  .filter((root) => existsSync(root))
  .flatMap((root) => globSync(`${root}/**/*.ts`))
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => !GENERATED.test(path) && !path.endsWith('.d.ts'))
  .toSorted()
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

const findings = sources.flatMap(({ path, text }) => inspect(path, text));
for (const { path, line, rule, message } of findings) console.error(`${path}:${line}  ${rule}: ${message}`);

/** One line on the sizes of some files: how many, the middle one, the largest. */
function sizes(label, files) {
  if (files.length === 0) return `${label}: none`;
  const bySize = files
    .map(({ path, text }) => ({ path, lines: countLines(text) }))
    .toSorted((a, b) => a.lines - b.lines || a.path.localeCompare(b.path));
  const total = bySize.reduce((sum, { lines }) => sum + lines, 0);
  const median = bySize[Math.floor((bySize.length - 1) / 2)];
  const largest = bySize.at(-1);
  return `${label}: ${bySize.length} files, ${total} lines, median ${median.lines}, largest ${largest.lines} (${largest.path})`;
}

const isTest = ({ path }) => path.startsWith('test/') || /\.(spec|e2e-spec)\.ts$/.test(path);
console.log(
  sizes(
    'production',
    sources.filter((source) => !isTest(source)),
  ),
);
console.log(sizes('tests', sources.filter(isTest)));
console.log(`${findings.length} violations`);
process.exitCode = findings.length === 0 ? 0 : 1;
