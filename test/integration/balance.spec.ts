import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnitOfWork } from '#libs/database';
import { newId } from '#libs/kernel';
import { BalanceRepository, type EntryKind } from '../../src/usage/balance/balance.repository.js';
import type { ScopeName, UsageEvent } from '../../src/usage/usage.meter.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { AccountingNode } from './accounting.node.js';

describe('balances over several replicas', () => {
  let database: TestDatabase;
  let dataDir: string;
  let one: AccountingNode;
  let two: AccountingNode;
  let work: UnitOfWork;
  let balances: BalanceRepository;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-balance-'));
    one = await AccountingNode.start(database.url, dataDir);
    two = await AccountingNode.start(database.url, dataDir);
    work = new UnitOfWork(one.source);
    balances = new BalanceRepository(work);
  });
  afterAll(async () => {
    await one.stop();
    await two.stop();
    await database.drop();
    rmSync(dataDir, { recursive: true });
  });

  const book = (userId: string, amount: bigint, kind: EntryKind = 'credit'): Promise<void> =>
    work.run(() => balances.book({ userId, kind, amount }));

  const givenBalance = async (amount: bigint): Promise<{ userId: string; name: ScopeName }> => {
    const userId = newId();
    await balances.open(userId);
    await book(userId, amount);
    return { userId, name: `balance:${userId}` };
  };

  /** What is left, and what entries and calls say should be. */
  const standing = async (userId: string): Promise<{ left: bigint; booked: bigint; leased: bigint }> => {
    const [row]: { amount: string; left: string; booked: string; entries: string; leased: string }[] =
      await one.source.query(
        `SELECT b.amount, b.amount - coalesce(p.spent, 0) AS left, coalesce(p.leased, 0) AS leased,
                (SELECT sum(amount) FROM balance_entries WHERE user_id = $1) AS entries,
                (SELECT sum(amount) FROM balance_entries WHERE user_id = $1)
                  - (SELECT coalesce(sum(cost), 0) FROM usage_events WHERE user_id = $1) AS booked
           FROM budgets b LEFT JOIN budget_periods p ON p.budget_id = b.id
          WHERE b.scope = 'balance' AND b.scope_id = $2`,
        [userId, userId],
      );
    if (!row) throw new Error('no balance');
    expect(row.amount).toBe(row.entries);
    return { left: BigInt(row.left), booked: BigInt(row.booked), leased: BigInt(row.leased) };
  };

  const event = (userId: string, cost: bigint, id = newId()): UsageEvent => ({
    id,
    requestId: id,
    userId,
    apiKeyId: newId(),
    modelId: 'm1',
    providerId: newId(),
    providerKeyId: undefined,
    operation: 'chat.completions',
    status: 'completed',
    httpStatus: 200,
    streamed: false,
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 1,
    tokensSource: 'provider',
    cost,
    latencyMs: 1,
    firstByteMs: 1,
  });

  const call = async (node: AccountingNode, userId: string, held: bigint, cost = held): Promise<boolean> => {
    const outcome = await node.meter.hold([`balance:${userId}`], () => held);
    if (!outcome.held) return false;
    await node.meter.settle(event(userId, cost), outcome.hold);
    return true;
  };

  it('B-11 loses no debit: fifty parallel ones of 10 leave exactly 500 of 1000', async () => {
    const { userId } = await givenBalance(1_000n);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, i) => call(i % 2 === 0 ? one : two, userId, 10n)),
    );
    expect(outcomes.every(Boolean)).toBe(true);
    expect(await standing(userId)).toMatchObject({ left: 500n, booked: 500n });
  });

  it('B-11 loses nothing that is booked while calls are charged', async () => {
    const { userId } = await givenBalance(1_000n);
    await Promise.all([
      ...Array.from({ length: 50 }, (_, i) => call(i % 2 === 0 ? one : two, userId, 10n)),
      ...Array.from({ length: 30 }, (_, i) =>
        book(userId, i % 3 === 0 ? -5n : 7n, i % 3 === 0 ? 'correction' : 'credit'),
      ),
    ]);
    expect(await standing(userId)).toMatchObject({ left: 590n, booked: 590n });
  });

  it('B-12 refuses the call that the balance cannot pay, and ends at nothing at the least', async () => {
    const { userId } = await givenBalance(95n);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => call(i % 2 === 0 ? one : two, userId, 10n)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(9);
    expect(await standing(userId)).toMatchObject({ left: 5n, booked: 5n });
  });

  it('B-12 records what a lying provider took beyond what was left, and asks nobody for it', async () => {
    const { userId } = await givenBalance(10n);
    expect(await call(one, userId, 10n, 25n)).toBe(true);
    expect(await standing(userId)).toMatchObject({ left: 0n, booked: 0n });
    expect(
      await one.source.query(
        "SELECT amount, reason FROM balance_entries WHERE user_id = $1 AND kind = 'correction' ORDER BY id",
        [userId],
      ),
    ).toEqual([{ amount: '15', reason: 'shortfall' }]);
    expect(await call(two, userId, 1n)).toBe(false);
    await book(userId, 100n);
    expect(await standing(userId)).toMatchObject({ left: 100n, booked: 100n });
    // Ids follow the time, those that the database makes as well.
    const ids: { id: string }[] = await one.source.query(
      'SELECT id FROM balance_entries WHERE user_id = $1 ORDER BY created_at',
      [userId],
    );
    expect(ids).toEqual([...ids].sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect(ids[1]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  });

  it('B-13 settles to what the call cost, once, and gives back the rest of the hold', async () => {
    const { userId, name } = await givenBalance(1_000n);
    const outcome = await one.meter.hold([name], () => 600n);
    if (!outcome.held) throw new Error('not held');
    const settled = event(userId, 250n);
    await one.meter.settle(settled, outcome.hold);
    await one.meter.settle(settled, outcome.hold);
    expect(await standing(userId)).toMatchObject({ left: 750n, booked: 750n });
    expect(await call(two, userId, 750n)).toBe(true);
    expect(await standing(userId)).toMatchObject({ left: 0n, booked: 0n });
  });

  it('B-13 frees what a replica held that has gone silent', async () => {
    const { userId, name } = await givenBalance(1_000n);
    const gone = await AccountingNode.start(database.url, dataDir);
    const outcome = await gone.meter.hold([name], () => 900n);
    if (!outcome.held) throw new Error('not held');
    expect(await call(one, userId, 200n)).toBe(false);
    // Its heartbeat stopped a while ago, as far as the others can tell.
    await one.source.query("UPDATE replicas SET heartbeat_at = now() - interval '2 minutes' WHERE id = $1", [
      gone.replica.id,
    ]);
    await eventually(async () => expect((await standing(userId)).leased).toBe(0n), 8_000);
    expect(await call(one, userId, 1_000n)).toBe(true);
    expect(await standing(userId)).toMatchObject({ left: 0n, booked: 0n });
    await gone.stop();
  }, 20_000);

  it.each(['UPDATE balance_entries SET amount = 1', 'DELETE FROM balance_entries', 'TRUNCATE balance_entries'])(
    'keeps entries as they were booked: %s',
    async (statement) => {
      await expect(one.source.query(statement)).rejects.toThrow('never changed');
    },
  );
});
