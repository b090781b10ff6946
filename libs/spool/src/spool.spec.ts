import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { FRAME_OVERHEAD_BYTES, SEGMENT_HEAD } from './frame.js';
import { Spool } from './spool.js';
import { SpoolFull, type SpoolFinding, type SpoolOptions } from './spool.types.js';

const text = { encode: (record: string) => Buffer.from(record), decode: (payload: Buffer) => payload.toString() };

let folder: string;
let findings: SpoolFinding[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-spool-'));
  findings = [];
});

afterEach(() => rm(folder, { recursive: true }));

const open = (options: SpoolOptions = {}, at = folder) =>
  Spool.open(at, text, { report: (finding) => findings.push(finding), ...options });

const segments = async (at = folder) => (await readdir(at)).filter((name) => name.endsWith('.spool')).sort();

async function drain(spool: Spool<string>, batch?: number): Promise<string[]> {
  const seen: string[] = [];
  await spool.replay(async (records) => void seen.push(...records), batch);
  return seen;
}

/** What a later process finds, when the only segment holds these bytes. */
async function recovered(bytes: Buffer): Promise<string[]> {
  const at = await mkdtemp(join(folder, 'case-'));
  await writeFile(join(at, '000000000000001-000000000-00000000.spool'), bytes);
  const spool = await open({}, at);
  const seen = await drain(spool);
  await spool.close();
  return seen;
}

/** The bytes of a segment that holds the records, each fsynced by itself, and where each of them ends. */
async function written(records: readonly string[]): Promise<{ bytes: Buffer; ends: number[] }> {
  const at = await mkdtemp(join(folder, 'source-'));
  const spool = await open({}, at);
  const ends: number[] = [];
  for (const record of records) {
    await spool.append([record]);
    ends.push(spool.bytes);
  }
  const bytes = await readFile(join(at, (await segments(at))[0]!));
  await spool.close();
  return { bytes, ends };
}

describe('Spool', () => {
  it('hands over in order what was appended, deletes it after delivery and knows its size and age', async () => {
    const before = Date.now();
    const spool = await open({ segmentBytes: 64 });
    const records = Array.from({ length: 30 }, (_, i) => `record ${i}`);
    for (const record of records) await spool.append([record]);
    const names = await segments();
    expect(names.length).toBeGreaterThan(3);
    expect(spool.pending).toBe(30);
    const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
    expect(spool.bytes).toBe(sizes.reduce((a, b) => a + b));
    expect(spool.oldestMs).toBeGreaterThanOrEqual(before);
    expect(spool.oldestMs).toBeLessThanOrEqual(Date.now());
    expect(await drain(spool, 7)).toEqual(records);
    expect(await segments()).toEqual([]);
    expect([spool.pending, spool.bytes, spool.oldestMs]).toEqual([0, 0, undefined]);
    await spool.close();
    expect(findings).toEqual([]);
  });

  it('keeps its files to its own user', async () => {
    const at = join(folder, 'a', 'b');
    const spool = await open({}, at);
    await spool.append(['x']);
    expect((await stat(at)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(at)) expect((await stat(join(at, name))).mode & 0o777).toBe(0o600);
    await spool.close();
  });

  it('hands over after a restart what was not delivered', async () => {
    const first = await open();
    await first.append(['a', 'b']);
    const { oldestMs } = first;
    await first.close();
    await expect(first.append(['c'])).rejects.toThrow('closed');
    await expect(drain(first)).rejects.toThrow('closed');
    const second = await open();
    expect([second.pending, second.oldestMs]).toEqual([2, oldestMs]);
    await second.append(['c']);
    expect(await drain(second)).toEqual(['a', 'b', 'c']);
    await second.close();
  });

  it('lets appends that come together share a write, each with its own outcome', async () => {
    const spool = await open({ maxBytes: 400 });
    const appends = Array.from({ length: 8 }, (_, i) => spool.append([`${i}`.padEnd(i === 5 ? 1000 : 5)]));
    const outcomes = await Promise.allSettled(appends);
    expect(outcomes.map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, (_, i) => (i === 5 ? 'rejected' : 'fulfilled')),
    );
    expect((await drain(spool)).map((record) => record.trim())).toEqual(['0', '1', '2', '3', '4', '6', '7']);
    await spool.close();
  });

  it('refuses at its limit, leaves the file as it was and takes records again after delivery', async () => {
    const spool = await open({ maxBytes: 100 });
    await spool.append(['x'.repeat(40)]);
    const before = await readFile(join(folder, (await segments())[0]!));
    await expect(spool.append(['y'.repeat(40)])).rejects.toEqual(new SpoolFull('limit'));
    expect(await readFile(join(folder, (await segments())[0]!))).toEqual(before);
    expect(await drain(spool)).toEqual(['x'.repeat(40)]);
    await spool.append(['y'.repeat(40)]);
    expect(await drain(spool)).toEqual(['y'.repeat(40)]);
    await spool.close();
  });

  it('takes appends while it delivers, and goes on with the batch that failed', async () => {
    const spool = await open();
    await spool.append(['a', 'b', 'c', 'd']);
    const seen: string[] = [];
    const failing = spool.replay(async (records) => {
      await spool.append([`after ${records.join()}`]);
      if (records.includes('c')) throw new Error('database away');
      seen.push(...records);
    }, 2);
    await expect(failing).rejects.toThrow('database away');
    expect(seen).toEqual(['a', 'b']);
    expect(spool.pending).toBe(4);
    expect(await drain(spool)).toEqual(['c', 'd', 'after a,b', 'after c,d']);
    expect(await segments()).toEqual([]);
    await spool.close();
  });

  it('sets a record aside that its codec does not understand', async () => {
    const picky = { ...text, decode: (payload: Buffer) => JSON.parse(payload.toString()) as string };
    const spool = await Spool.open<string>(folder, picky, { report: (finding) => findings.push(finding) });
    await spool.append(['"a"', 'no json', '"b"']);
    expect(await drain(spool)).toEqual(['a', 'b']);
    expect(findings).toEqual([expect.objectContaining({ kind: 'corrupt', bytes: 7 })]);
    const kept = (await readdir(folder)).find((name) => name.endsWith('.corrupt'));
    expect(await readFile(join(folder, kept!), 'utf8')).toBe('no json');
    await spool.close();
  });
});

describe('Spool after a crash', () => {
  it('hands over every fsynced record and invents none, whatever byte the file was cut at', async () => {
    const records = ['first', '', 'third é', 'x'.repeat(40), 'last'];
    const { bytes, ends } = await written(records);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const whole = records.filter((_, i) => ends[i]! <= cut);
      expect([cut, await recovered(bytes.subarray(0, cut))]).toEqual([cut, whole]);
    }
  });

  it('does the same when the length of the file came to disk before its content', async () => {
    const records = ['first', 'second', 'third'];
    const { bytes, ends } = await written(records);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const blank = Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(bytes.length - cut)]);
      const certain = records.filter((_, i) => ends[i]! <= cut);
      const seen = await recovered(blank);
      expect([cut, seen.slice(0, certain.length)]).toEqual([cut, certain]);
      // A record may end in zeros itself, but none comes back that was not written.
      expect(records.slice(0, seen.length)).toEqual(seen);
    }
  });

  it('cuts a torn end off, reports it once and writes on', async () => {
    const first = await open();
    await first.append(['a']);
    await first.append(['b']);
    const whole = first.bytes;
    await first.close();
    const [name] = await segments();
    await truncate(join(folder, name!), whole - 1);
    const second = await open();
    expect(findings).toEqual([expect.objectContaining({ kind: 'torn_tail', bytes: FRAME_OVERHEAD_BYTES })]);
    expect((await stat(join(folder, name!))).size).toBe(SEGMENT_HEAD.length + FRAME_OVERHEAD_BYTES + 1);
    await second.append(['c']);
    await second.close();
    const third = await open();
    expect(await drain(third)).toEqual(['a', 'c']);
    await third.close();
    expect(findings).toHaveLength(1);
  });

  it('loses no more than the records that flipped bytes touch, and keeps those bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', maxLength: 60 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 }),
        async (strings, flips) => {
          const records = strings.map((string, i) => `${i}:${string.toWellFormed()}`);
          const { bytes, ends } = await written(records);
          const damaged = Buffer.from(bytes);
          const places = flips.map(([at]) => at % bytes.length);
          flips.forEach(([, mask], i) => (damaged[places[i]!]! ^= mask));
          const begins = [SEGMENT_HEAD.length, ...ends];
          const hit = (i: number) =>
            places.some((at) => at >= begins[i]! && at < ends[i]! && damaged[at] !== bytes[at]);
          findings = [];
          expect(await recovered(damaged)).toEqual(records.filter((_, i) => !hit(i)));
          const told = findings.filter(({ kind }) => kind === 'corrupt' || kind === 'torn_tail');
          expect(told.length > 0).toBe(!damaged.equals(bytes));
          for (const finding of told) {
            if (!('keptIn' in finding)) continue;
            const kept = await readFile(finding.keptIn!);
            expect(damaged.includes(kept)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('does not take a frame that is quoted inside a damaged record for a record', async () => {
    const inner = await written(['forged']);
    const quoting = inner.bytes.subarray(SEGMENT_HEAD.length).toString('latin1');
    const binary = { encode: (r: string) => Buffer.from(r, 'latin1'), decode: (p: Buffer) => p.toString('latin1') };
    const at = join(folder, 'quoting');
    const spool = await Spool.open(at, binary);
    await spool.append([quoting, 'after']);
    const bytes = await readFile(join(at, (await segments(at))[0]!));
    await spool.close();
    bytes[SEGMENT_HEAD.length + 5]! ^= 1;
    expect(await recovered(bytes)).toEqual(['after']);
  });

  it('hands every record over at least once through random crashes of appends and replays', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ do: fc.constant('crash' as const), tail: fc.nat({ max: 40 }) }),
      fc.record({ do: fc.constant('replay' as const), fails: fc.option(fc.nat({ max: 4 })) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const at = await mkdtemp(join(folder, 'life-'));
        const options = { segmentBytes: 60 };
        let spool = await open(options, at);
        const confirmed: string[] = [];
        const seen = new Set<string>();
        const deliver = async (spool: Spool<string>, fails: number | null) => {
          let left = fails ?? Infinity;
          const run = spool.replay(async (records) => {
            if ((left -= 1) < 0) throw new Error('away');
            records.forEach((record) => seen.add(record));
          }, 1);
          await run.catch(() => undefined);
        };
        for (const move of steps) {
          if (move.do === 'append') {
            const records = Array.from({ length: move.count }, (_, i) => `${confirmed.length + i}`);
            await spool.append(records);
            confirmed.push(...records);
          } else if (move.do === 'replay') {
            await deliver(spool, move.fails);
          } else {
            await spool.close();
            const last = (await segments(at)).at(-1);
            // What a write that never ended may have left behind.
            if (last) await writeFile(join(at, last), Buffer.alloc(move.tail, 0x5a), { flag: 'a' });
            spool = await open(options, at);
          }
        }
        await deliver(spool, null);
        expect([...seen].sort()).toEqual([...confirmed].sort());
        expect(await segments(at)).toEqual([]);
        await spool.close();
      }),
      { numRuns: 60 },
    );
  });
});

describe('Spool with other processes', () => {
  it('gives a second user of the folder a place of its own, and its identity ends with it', async () => {
    const first = await open();
    const second = await open();
    expect(second.identity).not.toBe(first.identity);
    await first.append(['of the first']);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await second.append(['of the second']);
    await second.close();
    expect(await drain(first)).toEqual(['of the first', 'of the second']);
    expect(findings).toEqual([expect.objectContaining({ kind: 'adopted', segments: 1 })]);
    expect((await readdir(folder)).filter((name) => name.startsWith('process-'))).toEqual([]);
    await first.close();
    const third = await open();
    expect(third.identity).toBe(first.identity);
    await third.close();
  });

  it('takes a new identity where another process took the records', async () => {
    const first = await open();
    const second = await open();
    await first.append(['a']);
    await first.close();
    expect(await drain(second)).toEqual(['a']);
    const third = await open();
    expect(third.identity).not.toBe(first.identity);
    await second.close();
    await third.close();
  });

  it('recovers the lock of a process that is no more, and of one whose number came back', async () => {
    const lock = join(folder, 'lock.000000007');
    const { pid } = process;
    await mkdir(join(folder, 'process-1-dead'));
    for (const holder of [
      { pid: 4_194_305, host: hostname(), born: '' },
      { pid, host: hostname(), born: 'an earlier boot/1' },
    ]) {
      await writeFile(lock, JSON.stringify(holder));
      const spool = await open();
      await spool.append(['x']);
      expect(await segments()).toHaveLength(1);
      await drain(spool);
      await spool.close();
    }
    expect(await readdir(folder)).toEqual(['identity']);
  });

  it('lets one of many win a folder whose holder died', async () => {
    await writeFile(join(folder, 'lock.000000001'), JSON.stringify({ pid: 4_194_305, host: hostname(), born: '' }));
    const spools = await Promise.all(Array.from({ length: 6 }, () => open()));
    expect(new Set(spools.map(({ identity }) => identity)).size).toBe(6);
    await Promise.all(spools.map((spool, i) => spool.append([`${i}`])));
    for (const spool of spools) await spool.close();
    const last = await open();
    expect((await drain(last)).sort()).toEqual(['0', '1', '2', '3', '4', '5']);
    await last.close();
  });
});
