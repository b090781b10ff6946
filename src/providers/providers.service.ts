import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { EventBus } from '#libs/events';
import { changesNothing, newId } from '#libs/kernel';
import { checkedAddress } from './address.check.js';
import type { CreateProviderDto, RotationDto, UpdateProviderDto } from './dto/provider.request.dto.js';
import { ProviderCreated, ProviderDeleted, ProviderUpdated } from './events/provider.events.js';
import { PoolChange } from './pool.change.js';
import { PoolRegistry } from './pool.registry.js';
import { providerFacts, type ProviderView, providerView } from './provider.view.js';
import { ProviderKeysRepository } from './provider-keys.repository.js';
import { providersConfig } from './providers.config.js';
import { providerErrors } from './providers.errors.js';
import { type ProviderDraft, type ProviderRow, ProvidersRepository } from './providers.repository.js';

/** The slugs of the environment's providers, which may turn up at any start. */
const RESERVED = new Set(['litellm', 'openai', 'openrouter', 'anthropic', 'simulator']);

/** Keeps the providers of administrators. Those of the environment are shown, and only their rotation can be chosen. */
@Injectable()
export class ProvidersService {
  constructor(
    private readonly providers: ProvidersRepository,
    private readonly keys: ProviderKeysRepository,
    private readonly registry: PoolRegistry,
    private readonly change: PoolChange,
    private readonly events: EventBus,
    @InjectConfig(providersConfig) private readonly config: ConfigOf<typeof providersConfig>,
  ) {}

  async list(_actor: Principal): Promise<ProviderView[]> {
    const rows = await this.providers.list();
    return rows.map((row) => providerView(row, this.registry.find(row.id)));
  }

  /** @throws DomainError provider_not_found */
  async get(_actor: Principal, id: string): Promise<ProviderView> {
    const row = await this.providers.find(id);
    if (!row) throw providerErrors.provider_not_found();
    return providerView(row, this.registry.find(id));
  }

  /** @throws DomainError provider_address_refused, provider_name_taken */
  async create(actor: Principal, wanted: CreateProviderDto): Promise<ProviderView> {
    const id = newId();
    const name = wanted.name.trim();
    const baseUrl = this.address(wanted.baseUrl, wanted.allowPrivate);
    const { type, allowPrivate, rotation } = wanted;
    const slug = slugOf(name, id);
    const draft: ProviderDraft = { id, name, slug, type, baseUrl, allowPrivate, rotation, enabled: true };
    await this.change.run(async () => {
      if (!(await this.providers.insert(draft))) throw providerErrors.provider_name_taken({ param: 'name' });
      await this.events.publish(new ProviderCreated(actor, providerFacts(draft)));
    });
    return this.get(actor, id);
  }

  /** @throws DomainError provider_not_found, provider_read_only, provider_address_refused, provider_has_keys, provider_name_taken */
  async update(actor: Principal, id: string, wanted: UpdateProviderDto): Promise<ProviderView> {
    if (changesNothing(wanted)) return this.get(actor, id);
    await this.change.run(async () => {
      const before = await this.own(id);
      const allowPrivate = wanted.allowPrivate ?? before.allowPrivate;
      const name = wanted.name?.trim() ?? before.name;
      const baseUrl = this.address(wanted.baseUrl ?? before.baseUrl, allowPrivate);
      // A key that nobody can read must not be sent to an address of somebody's choice either.
      const moves = new URL(baseUrl).origin !== new URL(before.baseUrl).origin;
      if (moves && (await this.keys.count(id)) > 0) throw providerErrors.provider_has_keys({ param: 'baseUrl' });
      const after = { ...before, name, baseUrl, allowPrivate, enabled: wanted.enabled ?? before.enabled };
      if (!(await this.providers.update(after))) throw providerErrors.provider_name_taken({ param: 'name' });
      await this.events.publish(new ProviderUpdated(actor, providerFacts(before), providerFacts(after)));
    });
    return this.get(actor, id);
  }

  /** @throws DomainError provider_not_found */
  async chooseRotation(actor: Principal, id: string, { strategy }: RotationDto): Promise<ProviderView> {
    await this.change.run(async () => {
      const before = await this.providers.findLocked(id);
      if (!before) throw providerErrors.provider_not_found();
      const after = { ...before, rotation: strategy };
      await this.providers.update(after);
      await this.events.publish(new ProviderUpdated(actor, providerFacts(before), providerFacts(after)));
    });
    return this.get(actor, id);
  }

  /** @throws DomainError provider_not_found, provider_read_only, provider_has_keys, provider_in_use */
  async delete(actor: Principal, id: string): Promise<void> {
    await this.change.run(async () => {
      const provider = await this.own(id);
      if ((await this.keys.count(id)) > 0) throw providerErrors.provider_has_keys();
      if (await this.providers.isReferredTo(id)) throw providerErrors.provider_in_use();
      await this.providers.delete(id);
      await this.events.publish(new ProviderDeleted(actor, providerFacts(provider)));
    });
  }

  private async own(id: string): Promise<ProviderRow> {
    const provider = await this.providers.findLocked(id);
    if (!provider) throw providerErrors.provider_not_found();
    if (provider.source !== 'admin') throw providerErrors.provider_read_only();
    return provider;
  }

  private address(baseUrl: string, allowPrivate: boolean): string {
    return checkedAddress(baseUrl, allowPrivate && this.config.privateAddresses);
  }
}

/** Small letters, digits and dashes, never what the environment may claim and never what another provider has. */
function slugOf(name: string, id: string): string {
  const base = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return base === '' || RESERVED.has(base) ? `${base || 'provider'}-${id.slice(-6)}` : base;
}
