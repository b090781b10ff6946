import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from './paths.mjs';
import { isAlive } from './processes.mjs';
import { say } from './say.mjs';

const owner = typeof process.getuid === 'function' ? process.getuid() : 0;
const file = join(
  tmpdir(),
  `sluice-prepare-${owner}-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}.lock`,
);

/** Runs `step` while no other process installs or builds in this folder; both would rewrite the same files. */
export async function exclusively(step) {
  for (let told = false; !take(); await delay(200)) {
    if (!told) say('Waiting for another process that prepares this folder …');
    told = true;
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await step();
  } finally {
    process.off('exit', release);
    release();
  }
}

function take() {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const holder = Number(readIfThere());
    if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
    return false;
  }
}

function readIfThere() {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
