import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderLock } from './folder.lock.js';

describe('FolderLock', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lock-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is never held twice, however takers and holders that leave meet', async () => {
    let holders = 0;
    let taken = 0;
    const most: number[] = [];
    const worker = async () => {
      for (let round = 0; round < 60; round += 1) {
        const lock = await FolderLock.take(folder);
        if (!lock) continue;
        taken += 1;
        most.push((holders += 1));
        if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        holders -= 1;
        await lock.release();
        // Of somebody who died after he had looked at an older state of the folder.
        if (round % 5 === 0) await writeFile(join(folder, 'lock.000000005'), dead);
      }
    };
    const dead = JSON.stringify({ pid: 4_194_305, host: hostname(), born: '' });
    await Promise.all(Array.from({ length: 8 }, worker));
    expect(taken).toBeGreaterThan(8);
    expect(Math.max(...most)).toBe(1);
    await (await FolderLock.take(folder))?.release();
    expect(await readdir(folder)).toEqual([]);
  });
});
