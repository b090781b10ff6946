import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './lock.mjs';
import { pinnedNode } from './node.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { run } from './processes.mjs';
import { Failure, withProgress } from './say.mjs';

const STAMP = join(ROOT, 'dist', '.sluice-built');
const SETTINGS = ['package.json', 'package-lock.json', 'nest-cli.json', 'tsconfig.json', 'tsconfig.build.json'];
const SOURCES = ['src', 'libs', 'migrations'];

/** Compiles the sources to dist; does nothing when dist was made from exactly these sources. */
export async function build() {
  if (isBuilt()) return;
  await exclusively(async () => {
    if (!isBuilt()) await withProgress('Building', nestBuild);
  });
}

async function nestBuild() {
  // Taken before the build: a file saved while it runs must lead to another build.
  const stamp = fingerprint();
  const nest = join(NODE_MODULES, '@nestjs', 'cli', 'bin', 'nest.js');
  const code = await run(pinnedNode(), [nest, 'build'], { cwd: ROOT, stdio: ['ignore', 2, 2] });
  if (code !== 0) throw new Failure('The build failed: correct the errors above and run the command again.');
  writeFileSync(STAMP, stamp);
}

function isBuilt() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

/** By content: time stamps change with every checkout, and reading some hundred small files takes milliseconds. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((folder) => list(join(ROOT, folder))).filter((file) => !file.endsWith('.spec.ts'));
  for (const file of [...SETTINGS.map((name) => join(ROOT, name)), ...files.sort()]) {
    if (existsSync(file)) hash.update(file.slice(ROOT.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function list(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? list(path) : [path];
  });
}
