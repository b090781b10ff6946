import { setTimeout as delay } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import { LIE } from '../checker.js';
import { PLAN } from '../plan.js';
import { PROVIDER_FAULTS } from '../provider.script.js';
import { type Scenario, side, type Stage } from '../stage.js';

const MUTATED = 'mutated:';
/** So few at a time that good calls come in between, and the provider is not given up. */
const WIDTH = 2;
const WIDTH_MUTATED = 12;
const AT_ONCE = 1_000;
const TOO_FAST_MS = 1_100;

export const provider: Scenario = {
  name: 'provider',
  title: 'charges what is known, and nothing twice, whatever the provider does',
  times: { brief: 2, short: 10, long: 50 },
  async play(stage, times) {
    const throws = stage.dice.fork();
    const faults = PROVIDER_FAULTS.flatMap((fault) => Array.from({ length: times }, () => fault));
    await amongGoodCalls(stage, async () => {
      await side(WIDTH, shuffled(faults, throws).entries(), (each) => stage.insist(faulty(stage, throws, ...each)));
      for (let n = 0; n < Math.min(times, 10); n += 1) {
        await stage.call({ ...faulty(stage, throws, n, 'error:429'), requestId: `${stage.prefix}fast-${n}` });
        await delay(TOO_FAST_MS);
      }
    });
  },
};

export const mutations: Scenario = {
  name: 'mutations',
  title: 'charges what is known, and nothing twice, whichever bytes of an answer are others',
  times: { brief: 100, short: 1_000, long: 10_000 },
  async play(stage, times) {
    const throws = stage.dice.fork();
    for (let done = 0; done < times; done += AT_ONCE) {
      const faults = Array.from({ length: Math.min(AT_ONCE, times - done) }, () => MUTATED);
      await amongGoodCalls(stage, () =>
        side(WIDTH_MUTATED, faults.entries(), (each) => stage.insist(faulty(stage, throws, ...each))),
      );
    }
  },
};

function faulty(stage: Stage, throws: Dice, index: number, fault: string): ReturnType<Stage['exact']> {
  const details: Record<string, number> = {
    'reset:': throws.between(0, 3_000),
    'stalled:': throws.between(0, 30),
    [MUTATED]: throws.between(0, 0x7fff_ffff),
  };
  const lie = fault === MUTATED || fault.startsWith('usage:') ? LIE : '-';
  return {
    ...stage.wish(throws),
    requestId: `${stage.prefix}bad${lie}${index}`,
    url: throws.pick(stage.urls),
    fault: `${fault}${details[fault] ?? ''}`,
  };
}

async function amongGoodCalls(stage: Stage, work: () => Promise<void>): Promise<void> {
  const good = stage.traffic('good', PLAN.size === 'brief' ? 8 : PLAN.callers);
  try {
    await work();
  } finally {
    await good.stop();
  }
  // Until the provider is trusted again.
  const throws = stage.dice.fork();
  for (const [index, url] of stage.urls.entries())
    await stage.insist({ ...stage.wish(throws), requestId: `${stage.prefix}after-${index}`, url, fault: 'none' });
  expect(stage.records.filter(({ whole }) => whole).length).toBeGreaterThan(20);
  await stage.agree();
}

function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  return items
    .map((item) => ({ item, at: dice.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
