import { setTimeout as delay } from 'node:timers/promises';
import { BudgetDesk } from './budget.desk.js';

/** A budget of which another replica has all that is left, until it gives that back. */
function deskOf(): { desk: BudgetDesk; giveBack: (amount: bigint) => void } {
  let free = 0n;
  const desk = new BudgetDesk({
    owner: () => 'r1',
    lease: async (wishes) =>
      wishes.map(({ budgetId, needed }) => {
        const granted = needed <= free ? needed : 0n;
        free -= granted;
        return { budgetId, startsAt: 't', endsInMs: null, granted, free, others: 1 };
      }),
    sync: async () => undefined,
    recall: async () => undefined,
  });
  const giveBack = (amount: bigint): void => {
    free += amount;
    desk.answered('b');
  };
  return { desk, giveBack };
}

describe('the desk of budgets', () => {
  it('waits for a replica that is too busy to answer a recall at once', async () => {
    const { desk, giveBack } = deskOf();
    const held = desk.hold('b', 10n);
    await delay(600);
    giveBack(10n);
    expect(await held).toMatchObject({ held: 10n });
  });

  it('gives each recall its own time, however soon it follows another', async () => {
    const { desk, giveBack } = deskOf();
    const refused = desk.hold('b', 10n);
    await delay(10);
    giveBack(0n);
    expect(await refused).toBeUndefined();
    await delay(500);
    const held = desk.hold('b', 10n);
    await delay(700);
    giveBack(10n);
    expect(await held).toMatchObject({ held: 10n });
  });

  it('answers a recall when what it gives back has arrived, however it came to be on its way', async () => {
    const arrived: bigint[] = [];
    let arrive = (): void => undefined;
    const desk = new BudgetDesk({
      owner: () => 'r1',
      lease: async ([wish]) => [
        { budgetId: 'b', startsAt: 't', endsInMs: null, granted: (wish?.needed ?? 0n) + 5n, free: 0n, others: 1 },
      ],
      sync: async (kept) => {
        await new Promise<void>((resolve) => (arrive = resolve));
        arrived.push(kept.reduce((sum, { amount }) => sum + amount, 0n));
      },
      recall: async () => undefined,
    });
    await desk.hold('b', 10n);
    const givenBack = desk.giveBackAll();
    const answered = desk.recalled('b', true).then(() => [...arrived]);
    await delay(10);
    arrive();
    await givenBack;
    expect(await answered).toEqual([10n]);
    // The other way round: a slice arrives that is larger than whoever waited for it needs.
    const held = desk.hold('b', 10n);
    const answeredLater = desk.recalled('b', true).then(() => [...arrived]);
    await held;
    await delay(10);
    arrive();
    expect(await answeredLater).toEqual([10n, 20n]);
  });

  it('asks for the next slice before the last one is used up, and pauses where there is none', async () => {
    const asked: bigint[] = [];
    let free = 100_000n;
    const desk = new BudgetDesk({
      owner: () => 'r1',
      lease: async (wishes) => {
        await delay(1);
        return wishes.map(({ budgetId, needed, wanted }) => {
          const granted = needed > free ? 0n : wanted < free ? wanted : free;
          asked.push(granted);
          free -= granted;
          return { budgetId, startsAt: 't', endsInMs: null, granted, free, others: 0 };
        });
      },
      sync: async () => undefined,
      recall: async () => undefined,
    });
    const spend = async (): Promise<boolean> => {
      const held = desk.hold('b', 10n);
      const atOnce = !(held instanceof Promise);
      const slice = await held;
      slice?.settle(10n, 10n);
      desk.noteSpent('b', 10n);
      return atOnce;
    };
    expect(await spend()).toBe(false);
    const atOnce: boolean[] = [];
    for (let call = 0; call < 300; call += 1) {
      atOnce.push(await spend());
      await delay(2);
    }
    // Only until the rate is known does anybody wait.
    expect(atOnce.slice(20)).not.toContain(false);
    expect(asked.length).toBeGreaterThan(1);
    free = 0n;
    asked.length = 0;
    for (let call = 0; call < 100; call += 1) {
      void spend();
      await delay(2);
    }
    expect(asked.filter((granted) => granted === 0n).length).toBeLessThan(10);
  });

  it('does not ask in circles where the budget is gone or the database away', async () => {
    let answer: 'all' | 'none' | 'failure';
    let asked = 0;
    const desk = new BudgetDesk({
      owner: () => 'r1',
      lease: async (wishes) => {
        asked += 1;
        if (answer === 'failure') throw new Error('away');
        if (answer === 'none') return [];
        return wishes.map(({ budgetId, wanted }) => {
          return { budgetId, startsAt: 't', endsInMs: null, granted: wanted, free: 0n, others: 0 };
        });
      },
      sync: async () => undefined,
      recall: async () => undefined,
    });
    for (const later of ['all', 'none', 'failure'] as const) {
      answer = 'all';
      const slice = await desk.hold(later, 10n);
      slice?.settle(10n, 10n);
      [answer, asked] = [later, 0];
      // As if a great deal were spent: whatever is left lasts for no time at all.
      desk.noteSpent(later, 1_000_000n);
      await delay(20);
      expect(asked).toBeLessThan(5);
    }
  });

  it('gives back what nobody holds when limits have changed', async () => {
    const kept: bigint[] = [];
    const desk = new BudgetDesk({
      owner: () => 'r1',
      lease: async (wishes) =>
        wishes.map(({ budgetId, needed }) => {
          return { budgetId, startsAt: 't', endsInMs: null, granted: needed + 50n, free: 0n, others: 0 };
        }),
      sync: async (all) => void kept.push(all.reduce((sum, { amount }) => sum + amount, 0n)),
      recall: async () => undefined,
    });
    await desk.hold('b', 10n);
    await desk.limitsChanged();
    expect(kept).toEqual([10n]);
  });

  it('has others asked anew for whoever waits after a recall that was not needed any more', async () => {
    let free = 0n;
    const recalls: string[] = [];
    const desk = new BudgetDesk({
      owner: () => 'r1',
      lease: async (wishes) =>
        wishes.map(({ budgetId, needed }) => {
          const granted = needed <= free ? needed : 0n;
          free -= granted;
          return { budgetId, startsAt: 't', endsInMs: null, granted, free, others: 1 };
        }),
      sync: async () => undefined,
      recall: async (budgetId) => void recalls.push(budgetId),
    });
    free = 20n;
    const [first, second] = [await desk.hold('b', 10n), await desk.hold('b', 10n)];
    const waiting = desk.hold('b', 10n);
    await delay(5);
    // A call of its own leaves enough over before the other replica answers.
    first?.release(10n);
    desk.reconsider('b');
    expect(await waiting).toBe(first);
    desk.answered('b');
    await delay(5);
    const later = desk.hold('b', 10n);
    await delay(5);
    expect(recalls).toHaveLength(2);
    free = 10n;
    desk.answered('b');
    expect(await later).toBe(second);
  });

  it('refuses nobody for a recall that began before they came', async () => {
    const { desk, giveBack } = deskOf();
    const early = desk.hold('b', 10n);
    await delay(5);
    const late = desk.hold('b', 10n);
    giveBack(0n);
    expect(await early).toBeUndefined();
    await delay(5);
    giveBack(10n);
    expect(await late).toMatchObject({ held: 10n });
  });

  it('refuses at last where nobody answers', async () => {
    const { desk } = deskOf();
    expect(await desk.hold('b', 10n)).toBeUndefined();
  });
});
