import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import type { KeyStatsQueryDto } from './dto/provider-key.request.dto.js';
import type { KeyStatsDto, KeyTestDto } from './dto/provider-key.response.dto.js';
import { ProviderKeyCircuitReset, ProviderKeyTested } from './events/provider-key.events.js';
import { KeyProbe } from './key.probe.js';
import { KeyReader } from './key.reader.js';
import type { KeyView } from './key.view.js';
import { KeyStatesRepository } from './key-states.repository.js';
import { PoolChange } from './pool.change.js';
import { PoolRegistry } from './pool.registry.js';
import { providerErrors } from './providers.errors.js';

const DAY_MS = 86_400_000;

/** The services that a key may need: a test, a fresh start, an account of its work. */
@Injectable()
export class KeyCare {
  constructor(
    private readonly reader: KeyReader,
    private readonly pool: PoolRegistry,
    private readonly states: KeyStatesRepository,
    private readonly change: PoolChange,
    private readonly probe: KeyProbe,
    private readonly events: EventBus,
  ) {}

  /** Asks the provider for its models with the key. @throws DomainError provider_key_not_found */
  async test(actor: Principal, providerId: string, id: string): Promise<KeyTestDto> {
    const key = await this.reader.get(providerId, id);
    const [upstream, slot] = [this.pool.find(providerId), this.pool.slot(id)];
    if (!upstream || !slot?.readable) throw providerErrors.provider_key_not_found();
    const { ok, latencyMs, error = null } = await this.probe.check(upstream, slot);
    await this.events.publish(new ProviderKeyTested(actor, key, ok));
    return { ok, latencyMs, error };
  }

  /** Closes the circuit, on every replica. @throws DomainError provider_key_not_found */
  async resetCircuit(actor: Principal, providerId: string, id: string): Promise<KeyView> {
    const key = await this.reader.get(providerId, id);
    await this.change.run(async () => {
      await this.states.reset(id);
      await this.events.publish(new ProviderKeyCircuitReset(actor, key));
    });
    return this.reader.get(providerId, id);
  }

  /** @throws DomainError provider_key_not_found */
  async stats(_actor: Principal, providerId: string, id: string, { days }: KeyStatsQueryDto): Promise<KeyStatsDto> {
    await this.reader.get(providerId, id);
    const since = new Date(Date.now() - days * DAY_MS);
    const statistics = await this.states.statistics(id, since);
    const { requests, errors } = statistics;
    return { ...statistics, errorRate: (requests === 0 ? 0 : errors / requests).toFixed(4), since };
  }
}
