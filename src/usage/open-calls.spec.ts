import { setTimeout as delay } from 'node:timers/promises';
import type { Replica } from './budgets/replica.js';
import type { OpenCallsRepository } from './open-calls.repository.js';
import { OpenCalls } from './open-calls.js';
import type { LedgerRow } from './ledger.row.js';

describe('calls under way', () => {
  it('leave no note behind that was on its way when they ended', async () => {
    const notes = new Set<string>();
    let arrive = (): void => undefined;
    const repository = {
      note: async (_replica: string, rows: readonly LedgerRow[]) => {
        await new Promise<void>((resolve) => (arrive = resolve));
        for (const { id } of rows) notes.add(id);
      },
      forget: (ids: readonly string[]) => {
        for (const id of ids) notes.delete(id);
        return Promise.resolve();
      },
    } as unknown as OpenCallsRepository;
    const calls = new OpenCalls(repository, { id: 'r1' } as Replica);
    const call = { startedAtMs: performance.now() - 1_000, soFar: () => ({ id: 'c1' }) as LedgerRow };
    const end = calls.begin(call);
    await delay(300);
    // Its row deletes the note, which is not there yet.
    await repository.forget(['c1']);
    end();
    arrive();
    await calls.stop();
    expect([...notes]).toEqual([]);
  });

  it('are noted again once they are over and their rows are late', async () => {
    const notes: string[] = [];
    const repository = {
      note: async (_replica: string, rows: readonly LedgerRow[]) =>
        void notes.push(...rows.map(({ status }) => status)),
      forget: () => Promise.resolve(),
    } as unknown as OpenCallsRepository;
    const calls = new OpenCalls(repository, { id: 'r1' } as Replica);
    const call = {
      startedAtMs: performance.now() - 1_000,
      settlingSinceMs: undefined as number | undefined,
      soFar(): LedgerRow {
        return { id: 'c1', status: this.settlingSinceMs === undefined ? 'aborted' : 'completed' } as LedgerRow;
      },
    };
    const end = calls.begin(call);
    await delay(400);
    expect(notes).toEqual(['aborted']);
    call.settlingSinceMs = performance.now();
    await delay(1_200);
    expect(notes).toEqual(['aborted', 'completed']);
    end();
    await calls.stop();
  });

  it('are noted some at a time, and not at all where they end before their turn', async () => {
    const groups: string[][] = [];
    const forgotten: string[] = [];
    let written = (): void => undefined;
    const repository = {
      note: async (_replica: string, rows: readonly LedgerRow[]) => {
        groups.push(rows.map(({ id }) => id));
        await new Promise<void>((resolve) => (written = resolve));
      },
      forget: (ids: readonly string[]) => Promise.resolve(void forgotten.push(...ids)),
    } as unknown as OpenCallsRepository;
    const calls = new OpenCalls(repository, { id: 'r1' } as Replica);
    const ends = Array.from({ length: 900 }, (_, n) =>
      calls.begin({ startedAtMs: performance.now() - 1_000, soFar: () => ({ id: `c${n}` }) as LedgerRow }),
    );
    await delay(300);
    expect(groups.map(({ length }) => length)).toEqual([500]);
    ends.splice(-1).forEach((end) => end());
    written();
    await delay(50);
    expect(groups.map(({ length }) => length)).toEqual([500, 399]);
    ends.forEach((end) => end());
    written();
    await calls.stop();
    expect(forgotten).toHaveLength(899);
  });

  it('are not asked about where all of a group have ended', async () => {
    const groups: number[] = [];
    let written = (): void => undefined;
    const repository = {
      note: async (_replica: string, rows: readonly LedgerRow[]) => {
        groups.push(rows.length);
        await new Promise<void>((resolve) => (written = resolve));
      },
      forget: () => Promise.resolve(),
    } as unknown as OpenCallsRepository;
    const calls = new OpenCalls(repository, { id: 'r1' } as Replica);
    const ends = Array.from({ length: 501 }, (_, n) =>
      calls.begin({ startedAtMs: performance.now() - 1_000, soFar: () => ({ id: `c${n}` }) as LedgerRow }),
    );
    await delay(300);
    ends.forEach((end) => end());
    written();
    await calls.stop();
    expect(groups).toEqual([500]);
  });

  it('are not written down again at once where that cannot be done', async () => {
    let tried = 0;
    const repository = {
      note: () => {
        tried += 1;
        return Promise.reject(new Error('the database is away'));
      },
      forget: () => Promise.resolve(),
    } as unknown as OpenCallsRepository;
    const calls = new OpenCalls(repository, { id: 'r1' } as Replica);
    const end = calls.begin({ startedAtMs: performance.now() - 1_000, soFar: () => ({ id: 'c1' }) as LedgerRow });
    await delay(1_100);
    expect(tried).toBe(1);
    await delay(500);
    expect(tried).toBe(2);
    end();
    await calls.stop();
  });
});
