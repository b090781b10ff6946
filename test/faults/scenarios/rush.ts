import { PLAN } from '../plan.js';
import { ANSWER, type Scenario, tally } from '../stage.js';

const CALLS = 1_000;
const PAID = 10;

export const rush: Scenario = {
  name: 'rush',
  title: 'lets exactly ten of a thousand parallel calls pass on a key that pays for ten',
  times: { brief: 1, short: 5, long: 200 },
  async play(stage, rounds) {
    for (let round = 0; round < rounds; round += 1) {
      const { id, key } = await stage.house.givenKey();
      await stage.house.givenBudget('key', id, ANSWER * BigInt(PAID), 'total');
      const asks = Array.from({ length: CALLS }, (_, index) =>
        stage.exact(`${round}-${index}`, key, stage.urls[index % 2] ?? ''),
      );
      const calls = await Promise.all(asks.map((ask) => stage.call(ask)));
      expect({ seed: PLAN.seed, ...tally(calls) }).toEqual({ seed: PLAN.seed, 200: PAID, 402: CALLS - PAID });
      if (round % 20 === 19) await stage.agree();
    }
    await stage.agree();
  },
};
