export { cacheConfig } from './cache.config.js';
export { CacheModule } from './cache.module.js';
export { MemoryRateCounters, RateCounters } from './rate-counters.js';
export type { WindowCount } from './rate-counters.js';
