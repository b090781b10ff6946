import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { ConfigOf } from '#libs/config';
import { Health } from '#libs/observability';
import { cacheConfig } from './cache.config.js';
import { MemoryRateCounters, RateCounters } from './rate-counters.js';
import { RedisRateCounters } from './redis-rate-counters.js';

/** The connection to Redis, where one is configured, and its health. */
export class RedisConnection implements OnApplicationShutdown {
  private constructor(readonly client: Redis | undefined) {}

  static async open(this: void, { redisUrl }: ConfigOf<typeof cacheConfig>, health: Health): Promise<RedisConnection> {
    if (redisUrl === undefined) return new RedisConnection(undefined);
    const { Redis } = await import('ioredis');
    const client = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 500 });
    // Without a listener ioredis throws; health and the fallbacks tell what matters.
    client.on('error', () => undefined);
    health.register({
      name: 'redis',
      critical: true,
      check: async () => {
        await client.ping();
        return { status: 'ok' };
      },
    });
    return new RedisConnection(client);
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

/** Counters that may be shared between replicas. */
@Global()
@Module({
  providers: [
    { provide: RedisConnection, inject: [cacheConfig.token, Health], useFactory: RedisConnection.open },
    {
      provide: RateCounters,
      inject: [RedisConnection],
      useFactory: ({ client }: RedisConnection) => (client ? new RedisRateCounters(client) : new MemoryRateCounters()),
    },
  ],
  exports: [RateCounters, RedisConnection],
})
export class CacheModule {}
