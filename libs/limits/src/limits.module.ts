import { Global, Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CacheModule, RedisConnection } from '#libs/cache';
import { Metrics } from '#libs/observability';
import { PostgresRateStore } from './rate-store.repository.js';
import { RateTiers } from './rate-tiers.js';
import { RateWindows } from './rate-windows.js';
import { RedisRateStore } from './redis-rate-store.js';

const TIDY_MS = 60_000;

/** Takes away windows that are over. Any replica may: it is the same work whoever does it. */
@Injectable()
export class PastWindows implements OnApplicationShutdown {
  private readonly timer: NodeJS.Timeout;

  constructor(store: PostgresRateStore) {
    // What fails while the database is away is done a minute later.
    this.timer = setInterval(() => void store.forgetPast().catch(() => undefined), TIDY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}

function rateWindows(redis: RedisConnection, postgres: PostgresRateStore, metrics: Metrics): RateWindows {
  const log = new Logger(RateWindows.name);
  const failures = metrics.counter(
    'rate_store_failures_total',
    'Questions to a store of shared rate limits that had no answer; the next store was asked, or this process counted alone.',
    ['store'],
  );
  const stores = redis.client ? [new RedisRateStore(redis.client), postgres] : [postgres];
  return new RateWindows(stores, (kind, error) => {
    failures.inc({ store: kind });
    log.warn(`Rate limits cannot be shared by ${kind} at present.`, error);
  });
}

/** Limits on rates, counted over all replicas. */
@Global()
@Module({
  imports: [CacheModule],
  providers: [
    PostgresRateStore,
    PastWindows,
    RateTiers,
    { provide: RateWindows, inject: [RedisConnection, PostgresRateStore, Metrics], useFactory: rateWindows },
  ],
  exports: [RateWindows, RateTiers],
})
export class LimitsModule {}
