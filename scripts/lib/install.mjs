import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { exclusively } from './lock.mjs';
import { npmCommand, searchPath } from './node.mjs';
import { NODE_MODULES, ROOT } from './paths.mjs';
import { run } from './processes.mjs';
import { Failure, withProgress } from './say.mjs';

const STAMP = join(NODE_MODULES, '.sluice-installed');

/** Brings node_modules to what package-lock.json says; does nothing when it is there already. */
export async function installDependencies() {
  if (isInstalled()) return;
  await exclusively(async () => {
    if (!isInstalled()) await withProgress('Installing the dependencies (npm ci)', npmCi);
  });
}

async function npmCi() {
  const [file, ...first] = npmCommand();
  const args = [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await run(file, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && file.endsWith('.cmd'),
    env: { ...process.env, PATH: searchPath().join(delimiter) },
  });
  if (code !== 0) {
    throw new Failure(
      `The dependencies could not be installed (npm ci ended with ${code}): see its message above, check the network, the registry and the free disk space, and run the command again.`,
    );
  }
  markInstalled();
}

/**
 * A stamp makes this one hash on each start. Without a stamp (npm was called by hand) the list that npm keeps of what
 * it installed decides, so that a good installation is not thrown away.
 */
function isInstalled() {
  if (!existsSync(NODE_MODULES)) return false;
  if (read(STAMP) === fingerprint()) return true;
  if (!matchesLock()) return false;
  markInstalled();
  return true;
}

function markInstalled() {
  try {
    mkdirSync(NODE_MODULES, { recursive: true });
    writeFileSync(STAMP, fingerprint());
  } catch {
    // A read-only installation is fine; it is compared again next time.
    rmSync(STAMP, { force: true, maxRetries: 0 });
  }
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(read(join(ROOT, file)) ?? '');
  return hash.update(`${process.platform} ${process.arch}`).digest('hex');
}

function matchesLock() {
  const wanted = parse(join(ROOT, 'package-lock.json'))?.packages ?? {};
  const present = parse(join(NODE_MODULES, '.package-lock.json'))?.packages;
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, integrity, optional, link }]) => {
    if (path === '' || link) return true;
    const found = present[path];
    if (!found) return optional === true && !fitsHere(wanted[path]);
    return found.version === version && found.integrity === integrity && existsSync(join(ROOT, path));
  });
}

/**
 * npm leaves out optional packages that are made for another system, and what only those need. A package that names
 * its C library is npm's to judge.
 */
function fitsHere({ os, cpu, libc }) {
  const names = (list, value) => [list].flat().includes(value);
  return libc === undefined && names(os, process.platform) && names(cpu, process.arch);
}

function parse(file) {
  try {
    return JSON.parse(read(file) ?? '');
  } catch {
    return undefined;
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
