import { Logger } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { MemoryRateCounters, RateCounters, type WindowCount } from './rate-counters.js';

const HIT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {count, redis.call('PTTL', KEYS[1])}
`;

/** Counts in Redis, for all replicas together; while Redis is away, in this process. */
export class RedisRateCounters extends RateCounters {
  private readonly log = new Logger(RedisRateCounters.name);
  private readonly fallback = new MemoryRateCounters();
  private away = false;

  constructor(private readonly redis: Redis) {
    super();
  }

  async count(purpose: string, name: string, windowMs: number): Promise<WindowCount> {
    try {
      const [count, ttl] = (await this.redis.eval(HIT, 1, `sluice:rate:${purpose}:${name}`, windowMs)) as [
        number,
        number,
      ];
      if (this.away) this.log.log('Redis answers again.');
      this.away = false;
      return { count, resetMs: Math.max(ttl, 0) };
    } catch (error) {
      // Each hit fails until it is back.
      if (!this.away) this.log.warn('Redis does not answer; counting in this process.', error);
      this.away = true;
      return this.fallback.count(purpose, name, windowMs);
    }
  }
}
