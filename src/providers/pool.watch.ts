import { Injectable, Logger } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { type ComponentHealth, type Gauge, Health, Metrics } from '#libs/observability';
import { KeyPoolDegraded, KeyPoolRecovered } from './events/key-pool.events.js';
import { stateOf } from './key.view.js';
import { KEY_STATES } from './dto/provider-key.response.dto.js';
import { PoolRegistry } from './pool.registry.js';
import { ProvidersRepository } from './providers.repository.js';
import type { Upstream } from './upstream.js';

/** Says how the pool is: to health, to the metrics, and, once for each time, that a provider's last key failed. */
@Injectable()
export class PoolWatch {
  private readonly log = new Logger(PoolWatch.name);
  /** What the database was told last; a provider that is not here was never looked at. */
  private readonly degraded = new Map<string, boolean>();

  constructor(
    private readonly registry: PoolRegistry,
    private readonly providers: ProvidersRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly health: Health,
    metrics: Metrics,
  ) {
    metrics.gauge(
      'provider_keys',
      'Keys of upstream providers by state: healthy ones are used, probing ones tried (half-open), invalid, unhealthy and cooling ones left out (open).',
      ['provider', 'state'],
      (gauge) => {
        gauge.reset();
        for (const upstream of registry.all()) measure(gauge, upstream);
      },
    );
  }

  register(): void {
    this.health.register({ name: 'keyPool', critical: false, check: () => this.check() });
  }

  /** Compares the pool with what was said of it last. Never throws. */
  async look(): Promise<void> {
    for (const upstream of this.registry.all()) {
      const isDegraded = degradedNow(upstream);
      if (isDegraded === undefined || this.degraded.get(upstream.id) === isDegraded) continue;
      try {
        await this.tell(upstream, isDegraded);
        this.degraded.set(upstream.id, isDegraded);
      } catch (error) {
        this.log.warn(`How the keys of "${upstream.slug}" do could not be noted; it is tried again.`, error);
      }
    }
  }

  /** The row knows whether it was said before, by this replica or another. */
  private async tell(upstream: Upstream, isDegraded: boolean): Promise<void> {
    const { id, slug } = upstream;
    await this.work.run(async () => {
      const news = isDegraded ? await this.providers.noteDegraded(id) : await this.providers.noteRecovered(id);
      if (!news) return;
      const provider = { id, slug };
      await this.events.publish(
        isDegraded ? new KeyPoolDegraded(SYSTEM, provider) : new KeyPoolRecovered(SYSTEM, provider),
      );
      this.log.warn(isDegraded ? `No key of the provider "${slug}" works.` : `A key of "${slug}" works again.`);
    });
  }

  private check(): ComponentHealth {
    if (this.registry.size === 0) return { status: 'degraded', detail: 'no provider is configured' };
    for (const { ring } of this.registry.all()) if (ring.usable) return { status: 'ok' };
    return { status: 'degraded', detail: 'no provider has a usable key' };
  }
}

/** Undefined for a provider whose keys were taken away or switched off: that is somebody's will and no failure. */
function degradedNow({ ring }: Upstream): boolean | undefined {
  const inUse = ring.slots.filter(({ enabled }) => enabled);
  return inUse.length === 0 ? undefined : !inUse.some(({ healthy }) => healthy);
}

function measure(gauge: Gauge<'provider' | 'state'>, { slug, ring }: Upstream): void {
  const counts = new Map<string, number>(KEY_STATES.map((state) => [state, 0]));
  for (const slot of ring.slots) {
    const state = stateOf(slot);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  for (const [state, count] of counts) gauge.set({ provider: slug, state }, count);
}
