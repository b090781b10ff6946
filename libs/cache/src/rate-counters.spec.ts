import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { MemoryRateCounters } from './rate-counters.js';
import { RedisRateCounters } from './redis-rate-counters.js';

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

describe('RedisRateCounters', () => {
  it('counts on while Redis is away, and says once that it is', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    // Nothing listens there.
    const redis = new Redis('redis://127.0.0.1:9', { maxRetriesPerRequest: 0, enableOfflineQueue: false });
    redis.on('error', () => undefined);
    try {
      const counters = new RedisRateCounters(redis);
      for (const count of [1, 2, 3]) expect((await counters.hit('a', 60_000)).count).toBe(count);
      expect(warn).toHaveBeenCalledTimes(1);
    } finally {
      redis.disconnect();
      warn.mockRestore();
    }
  });
});
