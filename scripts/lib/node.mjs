import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { execFileSync } from 'node:child_process';
import { NODE_MODULES } from './paths.mjs';
import { Failure } from './say.mjs';

const PROGRAM = process.platform === 'win32' ? 'node.exe' : 'node';

let pinned;

/**
 * What Node is told when it is started, because it cannot be told later. The half of the young generation in MiB: what Node 24
 * takes by itself where there is memory enough, 64, is in memory for good, and to collect it takes longest when most is under way.
 */
export const NODE_FLAGS = ['--max-semi-space-size=16'];

/** The Node that the project pins where npm has one for this platform, else the one that runs us. */
export function pinnedNode() {
  pinned ??= findPinnedNode();
  return pinned;
}

function findPinnedNode() {
  const linked = join(NODE_MODULES, '.bin', PROGRAM);
  try {
    // Carried over from another system, or linked against another C library, it may exist and not run.
    execFileSync(linked, ['--version'], { stdio: 'ignore' });
    return linked;
  } catch {
    return process.execPath;
  }
}

/** A Node outside node_modules: `npm ci` deletes that folder, so it must not run on a Node from inside it. */
export function outsideNode() {
  const isInside = (path) => realpathSync(path).startsWith(NODE_MODULES + sep);
  const candidates = [process.execPath, ...searchPath().map((folder) => join(folder, PROGRAM))];
  return candidates.find((path) => isExecutable(path) && !isInside(path)) ?? process.execPath;
}

/** The search path without the programs of node_modules, which npm prepends. */
export function searchPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.filter((folder) => folder !== '' && !folder.startsWith(NODE_MODULES));
}

/** npm as `[file, ...arguments]`, run by a Node that outlives a reinstallation. */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js') && existsSync(script)) return [outsideNode(), script];
  const name = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const npm = searchPath()
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (npm) return [npm];
  throw new Failure('npm was not found: install Node.js 20.19 or newer together with npm from https://nodejs.org.');
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
