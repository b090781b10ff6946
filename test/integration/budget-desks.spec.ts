import { setTimeout as delay } from 'node:timers/promises';
import { BudgetDesk } from '../../src/usage/budgets/budget.desk.js';
import type { LeaseGrant, LeaseWish } from '../../src/usage/budgets/budget.lease.repository.js';
import { Dice } from '../faults/dice.js';

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
