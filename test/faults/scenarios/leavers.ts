import { setTimeout as delay } from 'node:timers/promises';
import type { Ask } from '../caller.js';
import type { Dice } from '../dice.js';
import { PLAN } from '../plan.js';
import { type Scenario, side, type Stage } from '../stage.js';

/** About what an answer has, in one piece and as a stream, and each event of a stream. */
const ANSWER_BYTES = 700;
const STREAM_BYTES = 8_000;
const EVENT_BYTES = 180;
const MOST_EVENTS = 40;
/** Before the gateway itself gives up a provider that says nothing. */
const PATIENCE_MS = 600;
const WIDTH = { brief: 20, short: 100, long: 200 };
const AT_ONCE = 2_000;
const WARM_MS = 2_000;
/** How many of a thousand providers must be let go within a second. */
const ABORTED_OF_1000 = 999;

export const leavers: Scenario = {
  name: 'leavers',
  title: 'has one row for every caller who hung up at whichever byte, and lets the provider go within a second',
  times: { brief: 200, short: 500, long: 10_000 },
  async play(stage, times) {
    const throws = stage.dice.fork();
    // A process that has just started is late in everything, for it still learns what it does most.
    const warm = stage.traffic('warm', WIDTH[PLAN.size]);
    await delay(WARM_MS);
    await warm.stop();
    for (let done = 0; done < times; done += AT_ONCE) {
      const asks = Array.from({ length: Math.min(AT_ONCE, times - done) }, (_, index) => leaver(stage, throws, index));
      await side(WIDTH[PLAN.size], asks, (ask) => stage.insist(ask));
      expect(stage.records.filter(({ end }) => end === 'left').length).toBeGreaterThan(asks.length / 2);
      await stage.agree();
    }
    const { asked, withinSecond } = stage.findings.aborts;
    expect(asked).toBeGreaterThan(times / 4);
    expect({ seed: PLAN.seed, asked, withinSecond: withinSecond * 1_000 >= asked * ABORTED_OF_1000 }).toEqual({
      seed: PLAN.seed,
      asked,
      withinSecond: true,
    });
  },
};

/** Half of them call a provider that would never come to its end by itself. */
function leaver(stage: Stage, throws: Dice, index: number): Ask {
  const asked = { ...stage.wish(throws), requestId: `${stage.prefix}${index}`, url: throws.pick(stage.urls) };
  if (throws.next() < 0.5) {
    const events = throws.between(1, MOST_EVENTS);
    const leaveAtByte = throws.between(1, events * EVENT_BYTES);
    return { ...asked, fault: `stalled:${events}`, leaveAtByte, leaveAfterMs: throws.between(20, PATIENCE_MS) };
  }
  const leaveAtByte = throws.between(1, asked.stream ? STREAM_BYTES : ANSWER_BYTES);
  const leaveAfterMs = throws.between(0, 200);
  return { ...asked, ...(throws.next() < 0.8 ? { leaveAtByte } : { leaveAfterMs }) };
}
