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

  it('refuses at last where nobody answers', async () => {
    const { desk } = deskOf();
    expect(await desk.hold('b', 10n)).toBeUndefined();
  });
});
