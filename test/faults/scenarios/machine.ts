import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import type { TcpGate } from '../../support/tcp-gate.js';
import type { CallRecord } from '../caller.js';
import { PLAN } from '../plan.js';
import type { Scenario, Stage } from '../stage.js';

const HOUR_MS = 3_600_000;
/** What may be answered to somebody who is not served now. */
const TOLD = new Set([402, 429, 503]);

export const disk: Scenario = {
  name: 'disk',
  title: 'refuses with 503 and loses nothing while PostgreSQL is away and the disk is full, and comes back by itself',
  times: { brief: 1, short: 1, long: 20 },
  lacks: () => (process.platform === 'linux' ? undefined : 'it takes room on the disk away with prlimit of Linux'),
  async play(stage, times) {
    const { key } = await stage.house.givenKey();
    const gate = await stage.house.behindGate();
    await stage.underTraffic(times, (n) => fillDisk(stage, gate, key, n), { inspect: expectToldOrAnswered });
  },
};

async function fillDisk(stage: Stage, gate: TcpGate, key: string, n: number): Promise<void> {
  const { gateways } = stage.house;
  const setDisks = (isFull: boolean): void => gateways.forEach((gateway) => gateway.setDisk(isFull));
  await delay(stage.dice.between(300, 800));
  setDisks(true);
  try {
    await gate.shut();
    const sinceMs = performance.now();
    await Promise.all(
      gateways.map((gateway) => eventually(async () => expect(await gateway.healthOf('ledger')).toBe('down'))),
    );
    stage.worst('until refused', performance.now() - sinceMs);
    for (const [index, url] of stage.urls.entries()) {
      const { status } = await stage.call(stage.exact(`full-${n}-${index}`, key, url));
      expect({ seed: PLAN.seed, status }).toEqual({ seed: PLAN.seed, status: 503 });
    }
    // Whichever comes back first, whoever waited is answered.
    if (n % 2 === 0) await gate.reopen();
    else setDisks(false);
    const backAtMs = performance.now();
    await Promise.all(
      gateways.map((gateway) => eventually(async () => expect(await gateway.healthOf('ledger')).not.toBe('down'))),
    );
    stage.worst('until admitted again', performance.now() - backAtMs);
  } finally {
    setDisks(false);
    await gate.reopen();
  }
  await delay(300);
}

function expectToldOrAnswered(calls: readonly CallRecord[]): void {
  const failed = calls.filter(({ whole, status = 500 }) => !whole && !TOLD.has(status));
  expect({ seed: PLAN.seed, failed: failed.length, first: failed.slice(0, 5) }).toEqual({
    seed: PLAN.seed,
    failed: 0,
    first: [],
  });
  expect(calls.filter(({ whole }) => whole).length).toBeGreaterThan(20);
}

export const clock: Scenario = {
  name: 'clock',
  title: "keeps budgets, replicas and periods by the database's clock when the clock of a gateway jumps by an hour",
  times: { brief: 1, short: 1, long: 20 },
  async play(stage, times) {
    const gate = await stage.house.behindGate();
    const replicas = await replicasOf(stage);
    const since = await now(stage);
    try {
      await stage.underTraffic(times, (n) => jump(stage, gate, n), {
        inspect: async (calls) => {
          expectToldOrAnswered(calls);
          await expectRightTimes(stage, since);
        },
      });
    } finally {
      stage.house.gateways.forEach((gateway) => gateway.setClock(0));
    }
    expect(await replicasOf(stage)).toEqual(replicas);
  },
};

/** Also while PostgreSQL is away, when nobody but the gateway itself can say what time it is. */
async function jump(stage: Stage, gate: TcpGate, n: number): Promise<void> {
  const { gateways } = stage.house;
  await delay(stage.dice.between(200, 600));
  gateways[n % 2]?.setClock(n % 4 < 2 ? HOUR_MS : -HOUR_MS);
  await delay(600);
  await gate.shut();
  await delay(700);
  await gate.reopen();
  await delay(600);
  gateways[n % 2]?.setClock(0);
}

async function now(stage: Stage): Promise<string> {
  const [row] = await stage.house.query<{ now: string }>('SELECT now()::text');
  return row?.now ?? '';
}

async function replicasOf(stage: Stage): Promise<string[]> {
  const rows = await stage.house.query<{ id: string }>(
    'SELECT id FROM replicas WHERE condemned_at IS NULL ORDER BY id',
  );
  return rows.map(({ id }) => id);
}

/** A second is for what the clocks of two processes may tell apart without any fault. */
async function expectRightTimes(stage: Stage, since: string): Promise<void> {
  const wrong = await stage.house.query<{ request_id: string }>(
    `SELECT request_id, created_at FROM usage_events u
      WHERE starts_with(request_id, $1)
        AND (created_at NOT BETWEEN $2::timestamptz - interval '1 second' AND now() + interval '1 second'
             OR EXISTS (SELECT 1 FROM unnest(u.charged_periods) AS p(starts_at)
                         WHERE p.starts_at > u.created_at + interval '1 second'))`,
    [stage.prefix, since],
  );
  expect({ seed: PLAN.seed, wrong: wrong.length, first: wrong.slice(0, 5) }).toEqual({
    seed: PLAN.seed,
    wrong: 0,
    first: [],
  });
}
