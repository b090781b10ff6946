import { Global, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Health } from '#libs/observability';
import { cacheConfig } from './cache.config.js';
import { MemoryRateCounters, RateCounters } from './rate-counters.js';
import { RedisRateCounters } from './redis-rate-counters.js';

/** The connection to Redis, where one is configured, and its health. */
@Injectable()
export class RedisConnection implements OnApplicationShutdown {
  readonly client: Redis | undefined;

  constructor(@InjectConfig(cacheConfig) { redisUrl }: ConfigOf<typeof cacheConfig>, health: Health) {
    if (redisUrl === undefined) return;
    this.client = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 500 });
    // Without a listener ioredis throws; health and the fallbacks tell what matters.
    this.client.on('error', () => undefined);
    const { client } = this;
    health.register({
      name: 'redis',
      critical: true,
      check: async () => {
        await client.ping();
        return { status: 'ok' };
      },
    });
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

/** Counters that may be shared between replicas. */
@Global()
@Module({
  providers: [
    RedisConnection,
    {
      provide: RateCounters,
      inject: [RedisConnection],
      useFactory: ({ client }: RedisConnection) => (client ? new RedisRateCounters(client) : new MemoryRateCounters()),
    },
  ],
  exports: [RateCounters, RedisConnection],
})
export class CacheModule {}
