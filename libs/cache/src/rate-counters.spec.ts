import { MemoryRateCounters } from './rate-counters.js';

describe('MemoryRateCounters', () => {
  it('counts each key by itself and starts anew when the window is over', async () => {
    const counters = new MemoryRateCounters();
    expect((await counters.hit('a', 40)).count).toBe(1);
    expect((await counters.hit('a', 40)).count).toBe(2);
    expect((await counters.hit('b', 40)).count).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const fresh = await counters.hit('a', 40);
    expect(fresh.count).toBe(1);
    expect(fresh.resetMs).toBeLessThanOrEqual(40);
  });
});
