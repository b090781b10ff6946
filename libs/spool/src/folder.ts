import { randomBytes } from 'node:crypto';
import { readFile, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { newId } from '#libs/kernel';
import { codeOf, makeFolder, syncFolder, unlessMissing, writeWhole } from './disk.js';
import { FolderLock } from './folder.lock.js';
import type { SpoolFinding } from './spool.types.js';

const SEGMENT = /\.spool$/;
const SUB_FOLDER = /^process-/;
const IDENTITY = 'identity';

/**
 * The folder that this process writes to, and the lock on it: the given folder itself or, while another
 * process holds that one, a sub-folder of its own.
 */
export class SpoolFolder {
  private lastName = '';
  private made = 0;

  private constructor(
    private readonly root: string,
    readonly path: string,
    readonly identity: string,
    private readonly lock: FolderLock,
  ) {}

  static async claim(given: string): Promise<SpoolFolder> {
    const root = resolve(given);
    await makeFolder(root);
    const lock = await FolderLock.take(root);
    if (lock) return new SpoolFolder(root, root, await identityOf(root), lock);
    for (;;) {
      const path = join(root, `process-${process.pid}-${randomBytes(4).toString('hex')}`);
      await makeFolder(path);
      // A process that looks for abandoned folders may have tidied this one away before it was locked.
      const own = await unlessMissing(FolderLock.take(path), undefined);
      if (own) return new SpoolFolder(root, path, await identityOf(path), own);
    }
  }

  /** Paths of the segments, oldest first. */
  async segments(): Promise<string[]> {
    const names = (await readdir(this.path)).filter((name) => SEGMENT.test(name)).sort();
    this.lastName = names.at(-1) ?? this.lastName;
    return names.map((name) => join(this.path, name));
  }

  /** A name for a new segment that sorts after all that were seen here. */
  nextSegment(nowMs: number): string {
    const lastMs = Number(this.lastName.slice(0, 15)) || 0;
    const order = `${String(Math.max(nowMs, lastMs)).padStart(15, '0')}-${String(this.made).padStart(9, '0')}`;
    this.made += 1;
    this.lastName = `${order}-${randomBytes(4).toString('hex')}.spool`;
    return join(this.path, this.lastName);
  }

  /**
   * Moves the files of processes that are no more into this folder. Their identity ends before their first
   * file moves, so that nobody who later claims their folder believes to hold all of its records.
   */
  async adopt(report: (finding: SpoolFinding) => void): Promise<string[]> {
    const names = (await readdir(this.root)).filter((name) => SUB_FOLDER.test(name));
    const adopted: string[] = [];
    for (const folder of [this.root, ...names.map((name) => join(this.root, name))]) {
      if (folder === this.path) continue;
      const lock = await unlessMissing(FolderLock.take(folder), undefined);
      if (!lock) continue;
      const moved = await this.moveHere(folder);
      await lock.release();
      if (folder !== this.root) await removeEmpty(folder);
      if (moved.length > 0) report({ kind: 'adopted', folder, segments: moved.length });
      adopted.push(...moved);
    }
    return adopted.sort();
  }

  async release(): Promise<void> {
    await this.lock.release();
  }

  /** @returns the new paths of the segments */
  private async moveHere(folder: string): Promise<string[]> {
    const names = (await readdir(folder)).filter((name) => name.includes('.spool') && !name.endsWith('.draft'));
    await rm(join(folder, IDENTITY), { force: true });
    await syncFolder(folder);
    for (const name of names) await rename(join(folder, name), join(this.path, name));
    if (names.length > 0) await syncFolder(this.path);
    await syncFolder(folder);
    return names.filter((name) => SEGMENT.test(name)).map((name) => join(this.path, name));
  }
}

async function identityOf(folder: string): Promise<string> {
  const path = join(folder, IDENTITY);
  const known = await unlessMissing(readFile(path, 'utf8'), '');
  if (known !== '') return known;
  const identity = newId();
  await writeWhole(path, Buffer.from(identity));
  return identity;
}

/** A file that is not ours stays, and the folder with it. */
async function removeEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  }
}
