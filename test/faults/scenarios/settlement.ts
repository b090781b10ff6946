import type { Client } from 'pg';
import { eventually } from '../../support/eventually.js';
import type { CallRecord } from '../caller.js';
import type { GatewayProcess } from '../gateway.process.js';
import { PLAN } from '../plan.js';
import { ANSWER, MAX_TOKENS, type Scenario, type Stage } from '../stage.js';

/** What keeps the settlement from its end when the gateway is killed. */
type Obstacle = 'a lock' | 'a lock and a session that ends' | 'a spool';

const OBSTACLES: readonly Obstacle[] = ['a lock', 'a lock and a session that ends', 'a spool'];
/** The provider thinks for so long: the call is written down before it answers, and PostgreSQL can go meanwhile. */
const ANSWERS_AFTER_MS = 900;

export const settlement: Scenario = {
  name: 'settlement',
  title:
    "G-24 leaves exactly one row and one debit of a call whose gateway is killed between the provider's answer and its settlement",
  times: { brief: 1, short: 1, long: 20 },
  async play(stage, times) {
    await stage.house.behindGate();
    const obstacles = PLAN.size === 'brief' ? OBSTACLES.slice(1) : OBSTACLES;
    for (let n = 0; n < times; n += 1) {
      for (const [index, obstacle] of obstacles.entries()) {
        const gateway = stage.house.gateways[(n + index) % 2];
        if (gateway) await crash(stage, gateway, `${n}-${index}`, obstacle);
      }
    }
    await stage.agree();
  },
};

async function crash(stage: Stage, gateway: GatewayProcess, name: string, obstacle: Obstacle): Promise<void> {
  const { house } = stage;
  const { id, key } = await house.givenKey();
  const budgetId = await house.givenBudget('key', id, ANSWER * 10n, 'total');
  const ask = { ...stage.exact(name, key, gateway.url), fault: `full:${MAX_TOKENS}:${ANSWERS_AFTER_MS}` };
  const { requestId } = ask;
  if (obstacle === 'a spool') await crashWithSpool(stage, gateway, () => stage.call(ask), requestId);
  else await crashAtLock(stage, gateway, () => stage.call(ask), requestId, obstacle !== 'a lock');
  await house.rest(PLAN.size === 'brief');
  const rows = await house.query<object>('SELECT cost, status, output_tokens FROM usage_events WHERE request_id = $1', [
    requestId,
  ]);
  const [budget] = await house.query<object>('SELECT spent, leased FROM budget_periods WHERE budget_id = $1', [
    budgetId,
  ]);
  const cost = ANSWER.toString();
  expect({ seed: PLAN.seed, obstacle, rows, budget }).toEqual({
    seed: PLAN.seed,
    obstacle,
    rows: [{ cost, status: 'completed', output_tokens: String(MAX_TOKENS) }],
    budget: { spent: cost, leased: '0' },
  });
}

/** The statement that settles waits for a lock. Once its gateway is gone it may still come through, or not. */
async function crashAtLock(
  stage: Stage,
  gateway: GatewayProcess,
  call: () => Promise<CallRecord>,
  requestId: string,
  endSession: boolean,
): Promise<void> {
  const { house } = stage;
  await house.inDatabase(async (db) => {
    await db.query('BEGIN');
    await db.query('LOCK TABLE usage_events IN SHARE MODE');
    const calling = call();
    const waiting = await untilSettling(db);
    // What the provider said is known by then, and is written down with the call.
    await eventually(async () => {
      const { rows } = await db.query(
        "SELECT 1 FROM open_calls WHERE event->>'requestId' = $1 AND event->>'status' = 'completed'",
        [requestId],
      );
      expect(rows).toHaveLength(1);
    });
    await stage.kill(gateway);
    if (endSession) await db.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [waiting]);
    await db.query('ROLLBACK');
    expect(await calling).toMatchObject({ whole: false });
  });
  await gateway.start();
}

async function untilSettling(db: Client): Promise<number[]> {
  return eventually(async () => {
    const { rows } = await db.query<{ pid: number }>(
      "SELECT pid FROM pg_locks WHERE relation = 'usage_events'::regclass AND NOT granted",
    );
    expect(rows).not.toHaveLength(0);
    return rows.map(({ pid }) => pid);
  });
}

/** The record is on disk, and the caller has the answer; the row is still to come. */
async function crashWithSpool(
  stage: Stage,
  gateway: GatewayProcess,
  call: () => Promise<CallRecord>,
  requestId: string,
): Promise<void> {
  const { house } = stage;
  const gate = await house.behindGate();
  const calling = call();
  await eventually(() => expect(house.visits().has(requestId)).toBe(true));
  await gate.shut();
  expect(await calling).toMatchObject({ whole: true });
  await stage.kill(gateway);
  await gate.reopen();
  await gateway.start();
}
