import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseGrant, LeaseWish } from './budget.lease.repository.js';
import { BudgetDesk } from './budget.desk.js';
import { Dice } from '../../../test/faults/dice.js';

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

const CALL = 1_000n;
const PAID = 10;
const CALLS = 60;

/** One budget in a database that takes its time, as `lease_budgets` and `sync_leases` treat it. */
class Books {
  private spent = 0n;
  private readonly leases = new Map<string, bigint>();

  constructor(
    private readonly limit: bigint,
    private readonly pause: () => Promise<unknown>,
  ) {}

  async lease(owner: string, { budgetId, needed, wanted }: LeaseWish): Promise<LeaseGrant> {
    await this.pause();
    const leased = [...this.leases.values()].reduce((sum, each) => sum + each, 0n);
    const free = this.limit - this.spent - leased;
    const ahead = wanted < free / 8n ? wanted : free / 8n;
    const granted = free < needed ? 0n : needed > ahead ? needed : ahead;
    this.leases.set(owner, (this.leases.get(owner) ?? 0n) + granted);
    const others = [...this.leases].filter(([name, amount]) => name !== owner && amount > 0n).length;
    await this.pause();
    return { budgetId, startsAt: 't', endsInMs: null, granted, free: free - granted, others };
  }

  async sync(owner: string, kept: bigint): Promise<void> {
    await this.pause();
    const leased = this.leases.get(owner) ?? 0n;
    this.leases.set(owner, kept < leased ? kept : leased);
    await this.pause();
  }

  async settle(owner: string, cost: bigint): Promise<void> {
    await this.pause();
    this.spent += cost;
    this.leases.set(owner, (this.leases.get(owner) ?? 0n) - cost);
  }
}

/** Calls that come to two replicas within so many milliseconds. @returns how many pass */
async function rush(dice: Dice): Promise<number> {
  const [windowMs, pauseMs] = [dice.pick([0, 15, 40, 120]), dice.pick([1, 4, 15, 30])];
  const pause = (): Promise<unknown> => delay(dice.between(0, pauseMs));
  const books = new Books(CALL * BigInt(PAID), pause);
  const desks = new Map<string, BudgetDesk>();
  for (const owner of ['r1', 'r2']) {
    const answer = async (other: string, budgetId: string): Promise<void> => {
      await pause();
      await desks.get(other)?.recalled(budgetId, owner < other);
      await pause();
      desks.get(owner)?.answered(budgetId);
    };
    const desk = new BudgetDesk({
      owner: () => owner,
      lease: (wishes) => Promise.all(wishes.map((wish) => books.lease(owner, wish))),
      sync: (kept) => {
        const amount = kept.reduce((sum, each) => sum + each.amount, 0n);
        return books.sync(owner, amount);
      },
      recall: async (budgetId) => void answer(owner === 'r1' ? 'r2' : 'r1', budgetId),
    });
    desks.set(owner, desk);
  }
  const share = dice.pick([0.1, 0.5, 0.9]);
  const calls = Array.from({ length: CALLS }, async () => {
    const owner = dice.next() < share ? 'r1' : 'r2';
    const desk = desks.get(owner);
    await delay(dice.between(0, windowMs));
    const slice = await desk?.hold('b', CALL);
    if (!slice) return 0;
    await books.settle(owner, CALL);
    slice.settle(CALL, CALL);
    desk?.noteSpent('b', CALL);
    return 1;
  });
  return (await Promise.all(calls)).filter((each) => each === 1).length;
}

describe('the desks of two replicas', () => {
  it('let exactly as many calls pass together as the budget pays for', async () => {
    const seeds = Array.from({ length: 300 }, (_, seed) => seed);
    const passed = await Promise.all(seeds.map(async (seed) => ({ seed, passed: await rush(new Dice(seed)) })));
    expect(passed.filter((each) => each.passed !== PAID)).toEqual([]);
  });
});
