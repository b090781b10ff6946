export { cacheConfig } from './cache.config.js';
export { CacheModule, RedisConnection } from './cache.module.js';
export { MemoryRateCounters, RateCounters } from './rate-counters.js';
export type { WindowCount } from './rate-counters.js';
export { ReadThroughCache } from './read-through.cache.js';
export type { ReadThroughOptions } from './read-through.cache.js';
