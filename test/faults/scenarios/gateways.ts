import { setTimeout as delay } from 'node:timers/promises';
import type { CallRecord } from '../caller.js';
import { PLAN } from '../plan.js';
import type { Scenario, Stage } from '../stage.js';

/** Streams that are in their middle when their gateway is told to end: they need two seconds and more. */
const OPEN_STREAMS = 10;
const SLOW = 'slow:60';
const UNDER_WAY_MS = 300;

export const rolling: Scenario = {
  name: 'rolling',
  title: 'fails no call while gateways end at SIGTERM with streams open and are started anew',
  times: { brief: 2, short: 3, long: 100 },
  async play(stage, times) {
    const fault = async (n: number): Promise<void> => {
      await delay(stage.dice.between(100, 500));
      const gateway = stage.house.gateways[n % stage.house.gateways.length];
      if (!gateway) return;
      const streams = Array.from({ length: OPEN_STREAMS }, (_, index) =>
        slowStream(stage, gateway.url, `${n}-${index}`),
      );
      await delay(UNDER_WAY_MS);
      const startedAtMs = performance.now();
      expect(await gateway.stop()).toBe(0);
      stage.worst('until ended', performance.now() - startedAtMs);
      await gateway.start();
      const failed = (await Promise.all(streams)).filter(({ whole, status }) => !whole && status !== 402);
      expect({ seed: PLAN.seed, failed }).toEqual({ seed: PLAN.seed, failed: [] });
    };
    await stage.underTraffic(times, fault, { inspect: expectNoFailure });
  },
};

export const kills: Scenario = {
  name: 'kills',
  title: 'loses no answer and no money when gateways are killed',
  times: { brief: 2, short: 10, long: 200 },
  async play(stage, times) {
    const fault = async (): Promise<void> => {
      await delay(stage.dice.between(200, 1_500));
      const gateway = stage.dice.pick(stage.house.gateways);
      const killedAtMs = performance.now();
      await stage.kill(gateway);
      await gateway.start();
      stage.worst('back to service', performance.now() - killedAtMs);
    };
    await stage.underTraffic(times, fault, { inspect: expectAnswers });
  },
};

function slowStream(stage: Stage, url: string, name: string): Promise<CallRecord> {
  const wish = stage.wish(stage.dice.fork());
  return stage.call({ ...wish, requestId: `${stage.prefix}open-${name}`, url, stream: true, fault: SLOW });
}

function expectNoFailure(calls: readonly CallRecord[]): void {
  const failed = calls.filter(({ whole, status }) => !whole && status !== 402);
  expect({ seed: PLAN.seed, failed: failed.length, first: failed.slice(0, 5) }).toEqual({
    seed: PLAN.seed,
    failed: 0,
    first: [],
  });
  expectAnswers(calls);
}

function expectAnswers(calls: readonly CallRecord[]): void {
  expect(calls.filter(({ whole }) => whole).length).toBeGreaterThan(50);
}
