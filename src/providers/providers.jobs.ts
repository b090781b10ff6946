import { Injectable } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { KeyProbe } from './key.probe.js';
import { KeyStateSync } from './key-state.sync.js';
import { PoolRegistry } from './pool.registry.js';
import { PoolWatch } from './pool.watch.js';

export const probeProviderKeys = defineJob({
  name: 'probe-provider-keys',
  description: 'Takes provider keys back into use that work again.',
  everySeconds: 300,
});

/** Asks, free of charge, for the keys that failed and whose time is over. */
@Injectable()
export class ProvidersJobs {
  constructor(
    private readonly registry: PoolRegistry,
    private readonly probe: KeyProbe,
    private readonly sync: KeyStateSync,
    private readonly watch: PoolWatch,
  ) {}

  @JobHandler(probeProviderKeys)
  async probeKeys(): Promise<void> {
    for (const upstream of this.registry.all()) {
      for (const slot of upstream.ring.slots) {
        const { state, reason } = slot.circuit;
        if (slot.readable && (state === 'half_open' || reason === 'auth')) await this.probe.check(upstream, slot);
      }
    }
    await this.sync.flush();
    await this.watch.look();
  }
}
