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
});
