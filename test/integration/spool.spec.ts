import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { Spool, type SpoolFinding } from '#libs/spool';

const WRITER = [
  process.execPath,
  '--experimental-transform-types',
  '--disable-warning=ExperimentalWarning',
  '--import',
  resolve(__dirname, '../support/resolve-sources.mjs'),
  resolve(__dirname, '../support/spool-writer.ts'),
];

let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-spool-processes-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** Runs a line of shell in which "$@" is the writer. */
function shell(line: string): ChildProcess {
  const child = spawn('sh', ['-c', line, 'sh', ...WRITER], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return child;
}

/** What it printed: the records that were confirmed, and how it ended. */
async function outcome(child: ChildProcess): Promise<{ confirmed: string[]; last: string | undefined }> {
  const lines = (await textOf(child.stdout!)).split('\n').slice(0, -1);
  const confirmed = lines.filter((line) => /^\d+-\d+$/.test(line));
  return { confirmed, last: lines.at(-1) };
}

async function kept(at: string): Promise<{ records: string[]; findings: SpoolFinding[] }> {
  const findings: SpoolFinding[] = [];
  const codec = { encode: () => Buffer.alloc(0), decode: (payload: Buffer) => payload.toString() };
  const spool = await Spool.open<string>(at, codec, { report: (finding) => findings.push(finding) });
  const records: string[] = [];
  await spool.replay(async (batch) => void records.push(...batch.map((record) => record.replace(/\.*$/, ''))));
  await spool.close();
  return { records, findings };
}

const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

describe('Spool and the operating system', () => {
  it('keeps what was confirmed when its process is killed, and what two processes wrote at once', async () => {
    const confirmed: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      const writers = [1, 2].map(() => shell(`exec "$@" ${folder} 300 1000000`));
      const outcomes = writers.map(outcome);
      await Promise.all(writers.map((writer) => once(writer.stdout!, 'readable')));
      await new Promise((end) => setTimeout(end, 30 * (round + 1)));
      const exits = writers.map((writer) => once(writer, 'exit'));
      for (const writer of writers) writer.kill('SIGKILL');
      for (const { confirmed: some } of await Promise.all(outcomes)) confirmed.push(...some);
      await Promise.all(exits);
    }
    const { records } = await kept(folder);
    expect(confirmed.length).toBeGreaterThan(6);
    const found = new Set(records);
    expect(found.size).toBe(records.length);
    expect(confirmed.filter((record) => !found.has(record))).toEqual([]);
    // A record may have become durable just before its process could say so: one for each of six processes.
    expect(records.length - confirmed.length).toBeLessThanOrEqual(6);
  });

  it('loses nothing when the system refuses to let the file grow', async () => {
    // In units of 512 bytes: the fifth record would pass the limit in its middle.
    const { confirmed, last } = await outcome(shell(`ulimit -f 9; exec "$@" ${folder} 1000 30`));
    expect(last).toBe('full disk');
    expect(confirmed).toHaveLength(4);
    const { records, findings } = await kept(folder);
    expect(records).toEqual(confirmed);
    expect(findings).toEqual([]);
  });

  it('loses nothing on a full disk and goes on when there is room again', async () => {
    if (!mayMount) {
      // Without the right to mount, the limit on the size of a file above stands for the full disk.
      expect(mayMount).toBe(false);
      return;
    }
    const disk = join(folder, 'disk');
    const copy = join(folder, 'copy');
    await mkdir(disk);
    // The mount is seen by this shell alone and ends with it.
    const { confirmed, last } = await outcome(
      shell(`unshare -m sh -c 'mount -t tmpfs -o size=40k none ${disk} || exit
        head -c 20000 /dev/zero > ${disk}/ballast
        "$@" ${disk}/spool 1000 30; rm ${disk}/ballast; "$@" ${disk}/spool 1000 3
        cp -a ${disk}/spool ${copy}' sh "$@"`),
    );
    expect(last).toMatch(/^\d+-2$/);
    expect(confirmed.length).toBeGreaterThan(6);
    expect(confirmed.length).toBeLessThan(33);
    expect((await stat(copy)).isDirectory()).toBe(true);
    const { records, findings } = await kept(copy);
    expect(records).toEqual(confirmed);
    expect(findings).toEqual([]);
  });
});
