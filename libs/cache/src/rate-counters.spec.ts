import { MemoryRateCounters } from './rate-counters.js';

describe('MemoryRateCounters', () => {
  it('counts each name by itself and starts anew when the window is over', async () => {
    const counters = new MemoryRateCounters();
    expect((await counters.hit('test', ['a'], 40)).count).toBe(1);
    expect((await counters.hit('test', ['a'], 40)).count).toBe(2);
    expect((await counters.hit('test', ['b'], 40)).count).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const fresh = await counters.hit('test', ['a'], 40);
    expect(fresh.count).toBe(1);
    expect(fresh.resetMs).toBeLessThanOrEqual(40);
  });

  it('forgets nobody of one purpose for many of another', async () => {
    const counters = new MemoryRateCounters(10);
    await counters.hit('dear', ['a'], 60_000);
    for (let n = 0; n < 20; n += 1) await counters.hit('cheap', [String(n)], 60_000);
    expect((await counters.hit('dear', ['a'], 60_000)).count).toBe(2);
  });
});
