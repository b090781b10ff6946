import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '#libs/kernel';
import type { BudgetScope, ScopeName } from '../../src/usage/budgets/budget.registry.js';
import type { UsageEvent } from '../../src/usage/usage.meter.js';
import { AccountingNode } from './accounting.node.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

describe('budgets over several replicas', () => {
  let database: TestDatabase;
  let dataDir: string;
  let one: AccountingNode;
  let two: AccountingNode;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-budgets-'));
    one = await AccountingNode.start(database.url, dataDir);
    two = await AccountingNode.start(database.url, dataDir);
  });
  afterAll(async () => {
    await one.stop();
    await two.stop();
    await database.drop();
    rmSync(dataDir, { recursive: true });
  });

  const givenBudget = async (
    amount: bigint,
    period = 'total',
    scope: BudgetScope = 'key',
  ): Promise<{ id: string; name: ScopeName }> => {
    const id = newId();
    await one.source.query('INSERT INTO budgets (id, scope, scope_id, amount, period) VALUES ($1, $2, $3, $4, $5)', [
      id,
      scope,
      id,
      amount.toString(),
      period,
    ]);
    return { id, name: `${scope}:${id}` };
  };

  const state = async (id: string): Promise<{ spent: bigint; leased: bigint; charged: bigint }[]> => {
    const rows: { spent: string; leased: string; charged: string }[] = await one.source.query(
      `SELECT p.spent, p.leased, coalesce((
                SELECT sum(u.cost) FROM usage_events u, unnest(u.charged_budgets, u.charged_periods) AS c(budget_id, starts_at)
                 WHERE c.budget_id = p.budget_id AND c.starts_at = p.starts_at), 0) AS charged
         FROM budget_periods p WHERE p.budget_id = $1 ORDER BY p.starts_at`,
      [id],
    );
    return rows.map(({ spent, leased, charged }) => ({
      spent: BigInt(spent),
      leased: BigInt(leased),
      charged: BigInt(charged),
    }));
  };

  const event = (cost: bigint, id = newId()): UsageEvent => ({
    id,
    requestId: id,
    userId: newId(),
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

  /** A call that costs what it was held for, or as told. */
  const call = async (
    node: AccountingNode,
    names: readonly ScopeName[],
    amount: bigint,
    cost = amount,
  ): Promise<boolean> => {
    const outcome = await node.meter.hold(names, () => amount);
    if (!outcome.held) return false;
    await node.meter.settle(event(cost), outcome.hold);
    return true;
  };

  it('lets exactly ten of a thousand parallel calls pass on a budget that pays for ten, five times', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, name } = await givenBudget(10_000n);
      const outcomes = await Promise.all(
        Array.from({ length: 1_000 }, (_, i) => call(i % 2 === 0 ? one : two, [name], 1_000n)),
      );
      expect(outcomes.filter((passed) => passed)).toHaveLength(10);
      expect(await state(id)).toEqual([{ spent: 10_000n, leased: 0n, charged: 10_000n }]);
    }
  });

  it('never exceeds any of several budgets, and gives back what calls did not cost', async () => {
    const key = await givenBudget(5_000n);
    const user = await givenBudget(3_000n, 'monthly', 'user');
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) => call(i % 2 === 0 ? one : two, [key.name, user.name], 1_000n, 300n)),
    );
    const passed = outcomes.filter(Boolean).length;
    for (const { id } of [key, user]) {
      const [period] = await state(id);
      expect(period?.spent).toBe(BigInt(passed) * 300n);
      expect(period?.charged).toBe(period?.spent);
    }
    expect(passed).toBeGreaterThanOrEqual(3);
    expect(passed).toBeLessThanOrEqual(10);
    // What is left can still be spent: 3000 − 300 n ≥ 1000 as long as n ≤ 6.
    let more = 0;
    while (await call(more % 2 === 0 ? two : one, [key.name, user.name], 1_000n, 300n)) more += 1;
    expect(passed + more).toBe(7);
  });

  it('calls unused slices back before it refuses', async () => {
    const { name } = await givenBudget(1_000_000n);
    // A busy replica holds a large slice.
    for (let i = 0; i < 40; i += 1) await call(one, [name], 20_000n);
    expect(await call(two, [name], 190_000n)).toBe(true);
  });

  it('refuses a call that is too large at once, and lets a smaller one pass', async () => {
    const { name } = await givenBudget(100n);
    expect(await call(one, [name], 101n)).toBe(false);
    expect(await call(one, [name], 100n)).toBe(true);
    expect(await call(one, [name], 1n)).toBe(false);
  });

  it('opens a new period as a new row when the old one is over', async () => {
    const { id, name } = await givenBudget(100n, '1s');
    expect(await call(one, [name], 100n)).toBe(true);
    await eventually(async () => expect(await call(one, [name], 100n)).toBe(true), 3_000);
    const periods = await state(id);
    expect(periods.length).toBeGreaterThanOrEqual(2);
    for (const { spent, charged } of periods) expect([spent <= 100n, charged]).toEqual([true, spent]);
  });

  it('charges a call once, however often it is settled', async () => {
    const { id, name } = await givenBudget(1_000n);
    const outcome = await one.meter.hold([name], () => 100n);
    if (!outcome.held) throw new Error('not held');
    const settled = event(70n);
    await one.meter.settle(settled, outcome.hold);
    await one.meter.settle(settled);
    expect(await state(id)).toMatchObject([{ spent: 70n, charged: 70n }]);
  });

  it('keeps a row that a schema of another version does not know, as while versions are changed, and charges it once', async () => {
    const { id, name } = await givenBudget(1_000n);
    const outcome = await one.meter.hold([name], () => 100n);
    if (!outcome.held) throw new Error('not held');
    const [here, gone] = ['charge_budgets', 'charge_budgets_of_another_version'];
    await one.source.query(`ALTER FUNCTION ${here}(uuid[], uuid[], timestamptz[], numeric[]) RENAME TO ${gone}`);
    await one.meter.settle(event(70n), outcome.hold);
    expect(await state(id)).toMatchObject([{ spent: 0n, charged: 0n }]);
    await one.source.query(`ALTER FUNCTION ${gone}(uuid[], uuid[], timestamptz[], numeric[]) RENAME TO ${here}`);
    await eventually(async () => expect(await state(id)).toMatchObject([{ spent: 70n, charged: 70n }]));
  }, 20_000);

  it('gives everything back when it is idle, and what a lying provider took is spent all the same', async () => {
    const { id, name } = await givenBudget(1_000n);
    expect(await call(one, [name], 100n, 400n)).toBe(true);
    await eventually(async () => expect(await state(id)).toEqual([{ spent: 400n, leased: 0n, charged: 400n }]), 8_000);
  }, 15_000);

  it('takes nothing from the slice of another replica for what its own no longer covers', async () => {
    const { id, name } = await givenBudget(10_000n);
    const outcomes = [];
    for (const node of [one, one, two]) outcomes.push(await node.meter.hold([name], () => 100n));
    const [lie, late, others] = outcomes.map((outcome) => (outcome.held ? outcome.hold : undefined));
    await one.meter.settle(event(20_000n), lie);
    const leases = async (): Promise<{ replicas: number; leased: string; granted: string } | undefined> => {
      const [found] = await one.source.query<{ replicas: number; leased: string; granted: string }[]>(
        `SELECT count(l)::int AS replicas, p.leased, coalesce(sum(l.amount), 0) AS granted
           FROM budget_periods p LEFT JOIN budget_leases l USING (budget_id, starts_at)
          WHERE p.budget_id = $1 GROUP BY p.leased`,
        [id],
      );
      return found;
    };
    // The lie took all that was leased here, and all that could be: there is no lease any more.
    await eventually(async () => expect(await leases()).toMatchObject({ replicas: 1 }));
    await one.meter.settle(event(60n), late);
    const { leased, granted } = (await leases()) ?? {};
    expect(leased).toBe(granted);
    expect(BigInt(leased ?? 0)).toBeGreaterThanOrEqual(100n);
    await two.meter.settle(event(100n), others);
    await eventually(async () => expect(await state(id)).toEqual([{ spent: 20_160n, leased: 0n, charged: 20_160n }]));
  }, 30_000);

  it('frees what a replica that is gone had leased, after its calls under way were settled as far as they were known', async () => {
    const { id, name } = await givenBudget(1_000n);
    const gone = await AccountingNode.start(database.url, dataDir);
    const outcome = await gone.meter.hold([name], () => 600n);
    if (!outcome.held) throw new Error('not held');
    const under = event(250n);
    const soFar = (): UsageEvent => ({
      ...under,
      status: 'aborted',
      charges: outcome.hold.charges,
      replicaId: outcome.hold.replicaId,
    });
    gone.meter.begin({ startedAtMs: performance.now(), soFar });
    await eventually(async () =>
      expect(await one.source.query('SELECT 1 FROM open_calls WHERE id = $1', [under.id])).toHaveLength(1),
    );
    // Its heartbeat stopped a while ago, as far as the others can tell.
    await one.source.query("UPDATE replicas SET heartbeat_at = now() - interval '2 minutes' WHERE id = $1", [
      gone.replica.id,
    ]);
    await eventually(async () => expect(await state(id)).toEqual([{ spent: 250n, leased: 0n, charged: 250n }]), 8_000);
    expect(await call(one, [name], 750n)).toBe(true);
    // What the replica still settles when it comes back is the same call, and is not charged twice.
    await gone.meter.settle(under, outcome.hold);
    expect((await state(id))[0]).toEqual({ spent: 1_000n, leased: 0n, charged: 1_000n });
    await gone.stop();
  }, 20_000);

  it('refuses calls on a budget that was lowered below what is spent, and changes nothing else', async () => {
    const { id, name } = await givenBudget(1_000n);
    expect(await call(one, [name], 500n)).toBe(true);
    await one.source.query('UPDATE budgets SET amount = 100 WHERE id = $1', [id]);
    expect(await call(two, [name], 10n)).toBe(false);
    expect(await state(id)).toMatchObject([{ spent: 500n, charged: 500n }]);
  });
});
