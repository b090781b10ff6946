import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { changesNothing } from '#libs/kernel';
import type { AddProviderKeyDto, UpdateProviderKeyDto } from './dto/provider-key.request.dto.js';
import {
  ProviderKeyAdded,
  ProviderKeyDeleted,
  type ProviderKeyFacts,
  ProviderKeyUpdated,
} from './events/provider-key.events.js';
import { KeyReader } from './key.reader.js';
import { KeySealer } from './key.sealer.js';
import type { KeyView } from './key.view.js';
import { PoolChange } from './pool.change.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';
import { providerErrors } from './providers.errors.js';

/** Keeps the keys of providers: they come in, are switched on and off, and go. Their values never come out. */
@Injectable()
export class ProviderKeysService {
  constructor(
    private readonly reader: KeyReader,
    private readonly keys: ProviderKeysRepository,
    private readonly sealer: KeySealer,
    private readonly change: PoolChange,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError provider_not_found */
  list(_actor: Principal, providerId: string): Promise<KeyView[]> {
    return this.reader.list(providerId);
  }

  /** @throws DomainError provider_not_found, provider_read_only, provider_key_exists */
  async add(actor: Principal, providerId: string, { value, label = null }: AddProviderKeyDto): Promise<KeyView> {
    await this.reader.writable(providerId);
    const key = this.sealer.seal(providerId, value, label);
    await this.change.run(async () => {
      if (!(await this.keys.insert(key))) throw providerErrors.provider_key_exists({ param: 'value' });
      await this.events.publish(new ProviderKeyAdded(actor, factsOf({ ...key, maskedValue: key.hint, enabled: true })));
    });
    return this.reader.get(providerId, key.id);
  }

  /** @throws DomainError provider_key_not_found */
  async update(actor: Principal, providerId: string, id: string, changes: UpdateProviderKeyDto): Promise<KeyView> {
    if (changesNothing(changes)) return this.reader.get(providerId, id);
    await this.change.run(async () => {
      const before = await this.keys.find(providerId, id);
      if (!before) throw providerErrors.provider_key_not_found();
      const { label = before.label, enabled = before.enabled } = changes;
      const after = { ...before, label, enabled };
      await this.keys.update(after);
      await this.events.publish(new ProviderKeyUpdated(actor, factsOf(before), factsOf(after)));
    });
    return this.reader.get(providerId, id);
  }

  /** @throws DomainError provider_key_not_found, provider_read_only */
  async delete(actor: Principal, providerId: string, id: string): Promise<void> {
    await this.change.run(async () => {
      const key = await this.keys.find(providerId, id);
      if (!key) throw providerErrors.provider_key_not_found();
      if (key.source !== 'admin') throw providerErrors.provider_read_only();
      await this.keys.delete(providerId, id);
      await this.events.publish(new ProviderKeyDeleted(actor, factsOf(key)));
    });
  }
}

function factsOf({ id, providerId, label, maskedValue, enabled }: ProviderKeyFacts): ProviderKeyFacts {
  return { id, providerId, label, maskedValue, enabled };
}
