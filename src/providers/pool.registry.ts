import { Injectable, Logger } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { SealBroken, SealedBox, sha256 } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { Clock } from '#libs/kernel';
import { Redactor } from '#libs/observability';
import { configuredProviders, type ConfiguredProvider } from './configured-providers.js';
import { hintOf } from './key.hint.js';
import { KeyRing } from './key.ring.js';
import { KeySlot } from './key.slot.js';
import { placeOf, type PoolKeyRow, ProviderKeysRepository } from './provider-keys.repository.js';
import { providersConfig } from './providers.config.js';
import { type ProviderRow, ProvidersRepository } from './providers.repository.js';
import { RetryBudget } from './retry.budget.js';
import type { ProviderTarget, Upstream } from './upstream.js';

/** The two tables that the registry reads. */
@Injectable()
export class PoolTables {
  constructor(
    readonly providers: ProvidersRepository,
    readonly keys: ProviderKeysRepository,
    readonly work: UnitOfWork,
  ) {}
}

/**
 * Holds the providers and their keys in memory, those of the environment and those of administrators. Secrets are
 * unsealed here and nowhere else. A key keeps its slot, and so its circuit, as long as it exists.
 */
@Injectable()
export class PoolRegistry {
  private readonly log = new Logger(PoolRegistry.name);
  /** By the id of their row. */
  private readonly environment = new Map<string, ConfiguredProvider>();
  private readonly environmentSecrets = new Map<string, string>();
  private upstreams: ReadonlyMap<string, Upstream> = new Map();
  private slots: ReadonlyMap<string, KeySlot> = new Map();

  constructor(
    @InjectConfig(providersConfig) private readonly config: ConfigOf<typeof providersConfig>,
    private readonly tables: PoolTables,
    private readonly sealedBox: SealedBox,
    private readonly redactor: Redactor,
    private readonly clock: Clock,
  ) {}

  /** Makes the rows of the environment's providers and reads everything. */
  async boot(): Promise<void> {
    const configured = configuredProviders(this.config);
    // The configuration knows a list of keys as one secret; each of its keys is one as well.
    this.redactor.register(configured.flatMap(({ keys }) => keys));
    const { providers, keys, work } = this.tables;
    await work.run(async () => {
      await providers.disableAllBut(configured.map(({ slug }) => slug));
      for (const provider of configured) {
        const id = await providers.upsert(provider);
        this.environment.set(id, provider);
        for (const secret of provider.keys) {
          const keyId = await keys.upsert(id, { fingerprint: sha256(secret), hint: hintOf(secret) });
          this.environmentSecrets.set(keyId, secret);
        }
      }
    });
    await this.reload();
  }

  /** Reads the tables again and takes over what changed. */
  async reload(): Promise<void> {
    const rows = await this.tables.providers.list();
    const keys = await this.tables.keys.forPool();
    const slots = new Map<string, KeySlot>();
    for (const key of keys) {
      const slot = this.slotOf(key);
      if (slot) slots.set(key.id, slot);
    }
    const precedence = [...this.environment.keys()];
    const served = rows
      .filter(({ id, source, enabled }) => enabled && (source === 'admin' || this.environment.has(id)))
      .toSorted((a, b) => rank(precedence, a) - rank(precedence, b));
    const upstreams = served.map((row) => this.upstreamOf(row, keys, slots));
    this.slots = slots;
    this.upstreams = new Map(upstreams.map((upstream) => [upstream.id, upstream]));
  }

  /** In order of precedence. */
  all(): Iterable<Upstream> {
    return this.upstreams.values();
  }

  get size(): number {
    return this.upstreams.size;
  }

  find(providerId: string): Upstream | undefined {
    return this.upstreams.get(providerId);
  }

  /** Undefined for a key of the environment that is not there any more. */
  slot(keyId: string): KeySlot | undefined {
    return this.slots.get(keyId);
  }

  allSlots(): Iterable<KeySlot> {
    return this.slots.values();
  }

  private slotOf(row: PoolKeyRow): KeySlot | undefined {
    const known = this.slots.get(row.id);
    if (known?.readable) {
      known.enabled = row.enabled;
      return known;
    }
    if (row.box === null && !this.environmentSecrets.has(row.id)) return undefined;
    return new KeySlot(row.id, this.secretOf(row), this.clock, row.enabled);
  }

  private secretOf({ id, box, keyId }: PoolKeyRow): string | undefined {
    if (box === null || keyId === null) return this.environmentSecrets.get(id);
    try {
      const secret = this.sealedBox.open({ box, keyId }, placeOf(id));
      this.redactor.register([secret]);
      return secret;
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error;
      this.log.error(`The provider key ${id} cannot be used: ${error.message}`);
      return undefined;
    }
  }

  private upstreamOf(row: ProviderRow, keys: readonly PoolKeyRow[], slots: ReadonlyMap<string, KeySlot>): Upstream {
    const { id, slug, type: kind, baseUrl, source, rotation } = row;
    const before = this.upstreams.get(id);
    const own = keys.flatMap(({ id: keyId, providerId }) => (providerId === id ? (slots.get(keyId) ?? []) : []));
    const used = own.filter(({ uses }) => uses > 0);
    // A key that comes new must not get every call until it has caught up.
    const fewest = used.length === 0 ? 0 : Math.min(...used.map(({ uses }) => uses));
    for (const slot of own) if (slot.uses === 0) slot.uses = fewest;
    if (own.length === 0 && source === 'environment')
      own.push(keyless(before) ?? new KeySlot(undefined, undefined, this.clock));
    const allowPrivate = this.environment.get(id)?.allowPrivate ?? (row.allowPrivate && this.config.privateAddresses);
    const targets = new Map<KeySlot, ProviderTarget>();
    for (const slot of own) {
      const { id: providerKeyId, secret } = slot;
      targets.set(slot, { providerId: id, slug, providerKeyId, kind, baseUrl, secret, allowPrivate });
    }
    const budget = before?.budget ?? new RetryBudget(this.clock);
    return { id, slug, kind, baseUrl, source, allowPrivate, budget, targets, ring: new KeyRing(own, rotation) };
  }
}

function rank(precedence: readonly string[], { id }: ProviderRow): number {
  const at = precedence.indexOf(id);
  return at === -1 ? precedence.length : at;
}

/** A provider of the environment may do without a key; it has a circuit all the same. */
function keyless(before: Upstream | undefined): KeySlot | undefined {
  return before?.ring.slots.find(({ id }) => id === undefined);
}
