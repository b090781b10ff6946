// `npm run generate` writes what is made from the code; `npm run generate:check` fails when that is not what is committed.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from './lib/build.mjs';
import { installDependencies } from './lib/install.mjs';
import { main } from './lib/main.mjs';
import { pinnedNode } from './lib/node.mjs';
import { readOptions } from './lib/options.mjs';
import { NODE_MODULES, ROOT } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { Failure, say } from './lib/say.mjs';

/** Inside the project, so that the generators find its settings. */
const SCRATCH = join(ROOT, 'dist', '.generated');
const SDK = join('libs', 'sdk', 'src', 'generated');
const TABLE_START = '<!-- configuration: generated -->';
const TABLE_END = '<!-- /configuration -->';
const TARGETS = {
  'openapi.json': join('docs', 'openapi.json'),
  'routes.md': join('docs', 'routes.md'),
  'errors.md': join('docs', 'errors.md'),
  'metrics.md': join('docs', 'metrics.md'),
  'configuration.md': join('docs', 'configuration.md'),
  'env.example': '.env.example',
};

async function runNode(args, sentence) {
  const code = await run(pinnedNode(), args, { cwd: ROOT, stdio: ['ignore', 'ignore', 2] });
  if (code !== 0) throw new Failure(sentence);
}

/** Every generated file by its place in the project. */
async function generated() {
  rmSync(SCRATCH, { recursive: true, force: true });
  mkdirSync(SCRATCH, { recursive: true });
  await runNode([join('dist', 'src', 'generate.js'), SCRATCH], 'The documents could not be generated: see above.');
  const client = join(NODE_MODULES, '@hey-api', 'openapi-ts', 'bin', 'run.js');
  const input = join(SCRATCH, 'openapi.json');
  const output = join(SCRATCH, 'sdk');
  await runNode(
    [client, '--input', input, '--output', output, '--silent'],
    'The client could not be generated: see above.',
  );
  const files = new Map(
    Object.entries(TARGETS).map(([name, target]) => [target, readFileSync(join(SCRATCH, name), 'utf8')]),
  );
  for (const file of list(output)) files.set(join(SDK, relative(output, file)), readFileSync(file, 'utf8'));
  files.set('README.md', withTable(readFileSync(join(SCRATCH, 'configuration.summary.md'), 'utf8')));
  return files;
}

/** The README with the table between its two marks. */
function withTable(table) {
  const [before, rest] = readFileSync(join(ROOT, 'README.md'), 'utf8').split(TABLE_START);
  const after = rest?.split(TABLE_END)[1];
  if (after === undefined) throw new Failure(`README.md lacks the lines "${TABLE_START}" and "${TABLE_END}".`);
  return `${before}${TABLE_START}\n\n${table}\n\n${TABLE_END}${after}`;
}

function list(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? list(path) : [path];
  });
}

function committed(file) {
  try {
    return readFileSync(join(ROOT, file), 'utf8');
  } catch {
    return undefined;
  }
}

await main(async (argv) => {
  const options = { check: { type: 'boolean', default: false } };
  const values = readOptions('npm run generate', argv, options, 'its only option is --check.');
  await installDependencies();
  await build();
  const files = await generated();
  const changed = [...files].filter(([file, text]) => committed(file) !== text).map(([file]) => file);
  if (values.check && changed.length > 0) {
    throw new Failure(
      `Generated files differ from the code: ${changed.join(', ')}. Run "npm run generate" and commit the result.`,
    );
  }
  if (values.check) return 0;
  rmSync(join(ROOT, SDK), { recursive: true, force: true });
  for (const [file, text] of files) {
    mkdirSync(dirname(join(ROOT, file)), { recursive: true });
    writeFileSync(join(ROOT, file), text);
  }
  say(changed.length === 0 ? 'Everything generated was up to date.' : `Written: ${changed.join(', ')}.`);
  return 0;
});
