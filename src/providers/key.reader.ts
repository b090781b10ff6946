import { Injectable } from '@nestjs/common';
import { type KeyView, viewOf } from './key.view.js';
import { KeyStateSync } from './key-state.sync.js';
import { KeyStatesRepository } from './key-states.repository.js';
import { PoolRegistry } from './pool.registry.js';
import { type ProviderKeyRow, ProviderKeysRepository } from './provider-keys.repository.js';
import { providerErrors } from './providers.errors.js';
import { ProvidersRepository } from './providers.repository.js';

/** Puts together what the tables and the memory know of keys. */
@Injectable()
export class KeyReader {
  constructor(
    private readonly providers: ProvidersRepository,
    private readonly keys: ProviderKeysRepository,
    private readonly states: KeyStatesRepository,
    private readonly registry: PoolRegistry,
    private readonly sync: KeyStateSync,
  ) {}

  /** @throws DomainError provider_not_found */
  async list(providerId: string): Promise<KeyView[]> {
    if (!(await this.providers.find(providerId))) throw providerErrors.provider_not_found();
    return this.views(await this.keys.list(providerId));
  }

  /** @throws DomainError provider_key_not_found */
  async get(providerId: string, id: string): Promise<KeyView> {
    const row = await this.keys.find(providerId, id);
    const [view] = await this.views(row ? [row] : []);
    if (!view) throw providerErrors.provider_key_not_found();
    return view;
  }

  /** @throws DomainError provider_not_found, provider_read_only */
  async writable(providerId: string): Promise<void> {
    const provider = await this.providers.find(providerId);
    if (!provider) throw providerErrors.provider_not_found();
    if (provider.source !== 'admin') throw providerErrors.provider_read_only();
  }

  /** A key of the environment that is not there any more has no slot and is not shown. */
  private async views(rows: readonly ProviderKeyRow[]): Promise<KeyView[]> {
    await this.sync.refresh();
    const uses = new Map((await this.states.uses(rows.map(({ id }) => id))).map((each) => [each.keyId, each]));
    return rows.flatMap((row) => {
      const slot = this.registry.slot(row.id);
      return slot ? [viewOf(row, slot, uses.get(row.id))] : [];
    });
  }
}
