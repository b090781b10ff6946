import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/eventually.js';
import { hasRedis, RedisServer } from '../../support/redis.js';
import type { CallRecord } from '../caller.js';
import { PLAN } from '../plan.js';
import type { Scenario, Stage } from '../stage.js';

const BACK_MS = 3_000;
const STALL_MS = 1_500;
/** Each with so small a limit that what a gateway took along lasts for a moment, and it asks Redis again. */
const LIMITED_KEYS = 30;
const CALLS_A_MINUTE = 400;

export const postgres: Scenario = {
  name: 'postgres',
  title: 'loses no answer, no money and no process when PostgreSQL is killed, and is back within three seconds',
  times: { brief: 1, short: 3, long: 50 },
  async play(stage, times) {
    const fault = async (n: number): Promise<void> => {
      await delay(stage.dice.between(300, 1_500));
      // A key that no gateway knows yet: only whoever reaches PostgreSQL can let it in.
      const { key } = await stage.house.givenKey();
      const killedAtMs = performance.now();
      stage.house.killPostgres();
      await eventually(() => stage.house.query('SELECT 1'), 30_000);
      stage.worst('PostgreSQL alone', performance.now() - killedAtMs);
      // Only now: what is left of the old server may have answered for a moment.
      const waits = stage.urls.map((url, index) => untilAnswered(stage, url, key, `${n}-${index}`, killedAtMs));
      for (const backMs of await Promise.all(waits)) {
        stage.worst('back to service', backMs);
      }
      expect(stage.house.gateways.map(({ isAlive }) => isAlive)).toEqual([true, true]);
    };
    await stage.underTraffic(times, fault, { inspect: expectAnswers });
    expect(stage.findings.worst['back to service']).toBeLessThanOrEqual(BACK_MS);
  },
};

/** So that a gateway that does not come back is told, and not waited for. */
const GIVEN_UP_MS = 30_000;

/** @returns after how many milliseconds a call was answered in full, or it was given up */
async function untilAnswered(stage: Stage, url: string, key: string, name: string, sinceMs: number): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const { whole } = await stage.call(stage.exact(`probe-${name}-${attempt}`, key, url));
    const tookMs = performance.now() - sinceMs;
    if (whole || tookMs > GIVEN_UP_MS) return tookMs;
    await delay(10);
  }
}

const REDIS_FAULTS: readonly ((redis: RedisServer) => Promise<void>)[] = [
  async (redis) => {
    await redis.kill();
    await delay(1_000);
    await redis.start();
  },
  (redis) => redis.flush(),
  async (redis) => {
    redis.stall();
    await delay(STALL_MS);
    redis.resume();
  },
];

export const redisFaults: Scenario = {
  name: 'redis',
  title: 'answers no 5xx while Redis is killed, flushed and stalled',
  times: { brief: 3, short: 3, long: 50 },
  lacks: () => (hasRedis ? undefined : 'it needs redis-server on the PATH'),
  async play(stage, times) {
    const redis = await RedisServer.start();
    try {
      const keys = await Promise.all(
        Array.from({ length: LIMITED_KEYS }, () => stage.house.givenKey({ rpmLimit: CALLS_A_MINUTE })),
      );
      await stage.house.inEnvironment({ REDIS_URL: redis.url });
      await stage.underTraffic(
        times,
        async (n) => {
          await delay(stage.dice.between(200, 1_000));
          const before = stage.records.length;
          await REDIS_FAULTS[n % REDIS_FAULTS.length]?.(redis);
          if (n % REDIS_FAULTS.length !== 1) expect(answers(stage.records.slice(before))).toBeGreaterThan(0);
        },
        { inspect: expectNoServerError, wisher: (throws) => stage.wish(throws, keys) },
      );
    } finally {
      // Whoever comes next does without it.
      await stage.house.inEnvironment({});
      await redis.kill();
    }
  },
};

function expectNoServerError(calls: readonly CallRecord[]): void {
  const failed = calls.filter(({ whole, status = 500 }) => !whole && status !== 402 && status !== 429);
  expect({ seed: PLAN.seed, failed: failed.length, first: failed.slice(0, 5) }).toEqual({
    seed: PLAN.seed,
    failed: 0,
    first: [],
  });
  expectAnswers(calls);
}

function expectAnswers(calls: readonly CallRecord[]): void {
  expect(answers(calls)).toBeGreaterThan(20);
}

function answers(calls: readonly CallRecord[]): number {
  return calls.filter(({ whole }) => whole).length;
}
