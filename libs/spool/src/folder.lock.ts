import { randomUUID } from 'node:crypto';
import { link, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { FILE_MODE, codeOf, unlessMissing } from './disk.js';

const LOCK = /^lock\.(\d{9})$/;
const TOUCH_MS = 5_000;
/** A lock of another machine that was not touched for so long is abandoned. */
const FOREIGN_STALE_MS = 60_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells a process from a later one with the same number; empty where the system does not say. */
  readonly born: string;
}

const nameOf = (generation: number): string => `lock.${String(generation).padStart(9, '0')}`;

/** The boot and the tick a process began at, from /proc; empty elsewhere and for a process that is no more. */
async function bornOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
  // The name of the program stands in parentheses and may hold anything; the 20th field after it is the start.
  const started = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
  return started === undefined ? '' : `${boot.trim()}/${started}`;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
}

/**
 * Sees to it that one process at a time uses a folder. The lock is a file that carries a generation in its
 * name and its holder's pid: a lock whose holder is dead is succeeded by the next generation, which only one
 * process can create, so two that find the same dead lock never both win.
 */
export class FolderLock {
  private readonly path: string;
  private readonly touching: NodeJS.Timeout;

  private constructor(folder: string, generation: number) {
    this.path = join(folder, nameOf(generation));
    this.touching = setInterval(() => this.touch(), TOUCH_MS);
    this.touching.unref();
  }

  /** @returns undefined when a living process holds the folder */
  static async take(folder: string): Promise<FolderLock | undefined> {
    for (;;) {
      const newest = (await generations(folder)).at(-1);
      if (newest !== undefined && (await isHeld(join(folder, nameOf(newest))))) return undefined;
      const mine = (newest ?? 0) + 1;
      if (!(await create(folder, mine))) continue;
      if (await isAlone(folder, mine)) return new FolderLock(folder, mine);
      await rm(join(folder, nameOf(mine)), { force: true });
    }
  }

  async release(): Promise<void> {
    clearInterval(this.touching);
    await rm(this.path, { force: true });
  }

  static isLockFile(name: string): boolean {
    return name.startsWith('lock.');
  }

  private touch(): void {
    const now = new Date();
    // Only processes on other machines read the time; a touch that fails is made up for by the next.
    utimes(this.path, now, now).catch(() => undefined);
  }
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  const found = names.map((name) => LOCK.exec(name)?.[1]).filter((digits) => digits !== undefined);
  return found.map(Number).sort((a, b) => a - b);
}

/**
 * Whether no other generation counts, once mine exists. Of two that chose different generations, because one
 * of them had looked too early, the later to look sees the other: at least one of them steps back.
 */
async function isAlone(folder: string, mine: number): Promise<boolean> {
  const others = (await generations(folder)).filter((generation) => generation !== mine);
  if (others.some((generation) => generation > mine)) return false;
  for (const older of others) {
    const path = join(folder, nameOf(older));
    if (await isHeld(path)) return false;
    await rm(path, { force: true });
  }
  return true;
}

/** The content is linked into place, so a lock is never seen half written. */
async function create(folder: string, generation: number): Promise<boolean> {
  const holder: Holder = { pid: process.pid, host: hostname(), born: await bornOf(process.pid) };
  const draft = join(folder, `lock.draft-${randomUUID()}`);
  await writeFile(draft, JSON.stringify(holder), { mode: FILE_MODE });
  try {
    await link(draft, join(folder, nameOf(generation)));
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function isHeld(path: string): Promise<boolean> {
  const text = await unlessMissing(readFile(path, 'utf8'), undefined);
  if (text === undefined) return false;
  const { pid, host, born } = JSON.parse(text) as Holder;
  if (host === hostname()) return exists(pid) && (born === '' || born === (await bornOf(pid)));
  const file = await unlessMissing(stat(path), undefined);
  return file !== undefined && Date.now() - file.mtimeMs < FOREIGN_STALE_MS;
}
