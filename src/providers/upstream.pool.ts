import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { sha256 } from '#libs/crypto';
import { UnitOfWork } from '#libs/database';
import { type ComponentHealth, Health, Redactor } from '#libs/observability';
import { CatalogueRefused, ModelLister, UpstreamClient, type UpstreamModel } from '#libs/upstream';
import { type ConfiguredProvider, configuredProviders, type ProviderKind } from './configured-providers.js';
import { KeyRing, type ProviderKey } from './key.ring.js';
import { providersConfig } from './providers.config.js';
import { type ProviderState, ProvidersRepository } from './providers.repository.js';

/** A provider that this process may call. */
export interface UpstreamProvider {
  readonly id: string;
  readonly slug: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
}

/** Where one call goes, and with which of our keys. */
export interface ProviderTarget {
  readonly providerId: string;
  /** Undefined for a provider that wants no key. */
  readonly providerKeyId: string | undefined;
  readonly kind: ProviderKind;
  /** The base that OpenAI paths are appended to, whatever the kind: `<base>/chat/completions`. */
  readonly baseUrl: string;
  readonly secret: string | undefined;
  readonly allowPrivate: boolean;
}

interface Upstream extends UpstreamProvider {
  readonly allowPrivate: boolean;
  readonly ring: KeyRing;
}

const LISTING_TIMEOUT_MS = 10_000;
const REFUSED_KEY = new Set([401, 403]);
/** Of a shorter key, four characters would be too much to show. */
const SHORTEST_HINTED_KEY = 16;

/**
 * Knows the providers of the environment and their keys, chooses the key of each call, and owns the one client that
 * speaks with them. Secrets stay in memory; the database keeps marks to know them by.
 */
@Injectable()
export class UpstreamPool implements OnModuleInit, OnApplicationShutdown {
  /** The process's only client for providers. */
  readonly client = new UpstreamClient();
  private readonly log = new Logger(UpstreamPool.name);
  private readonly lister = new ModelLister(this.client, LISTING_TIMEOUT_MS);
  private upstreams: ReadonlyMap<string, Upstream> = new Map();

  constructor(
    @InjectConfig(providersConfig) private readonly config: ConfigOf<typeof providersConfig>,
    private readonly repository: ProvidersRepository,
    private readonly work: UnitOfWork,
    private readonly redactor: Redactor,
    private readonly health: Health,
  ) {}

  async onModuleInit(): Promise<void> {
    const configured = configuredProviders(this.config);
    // The configuration knows a list of keys as one secret; each of its keys is one as well.
    this.redactor.register(configured.flatMap(({ keys }) => keys));
    await this.work.run(async () => {
      await this.repository.disableAllBut(configured.map(({ slug }) => slug));
      const upstreams: Upstream[] = [];
      for (const provider of configured) upstreams.push(await this.adopt(provider));
      this.upstreams = new Map(upstreams.map((upstream) => [upstream.id, upstream]));
    });
    this.health.register({ name: 'keyPool', critical: false, check: () => this.checkKeys() });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.client.close();
  }

  /** The configured providers in order of precedence. */
  providers(): readonly UpstreamProvider[] {
    return [...this.upstreams.values()].map(({ id, slug, kind, baseUrl }) => ({ id, slug, kind, baseUrl }));
  }

  /** Where the next call to a provider goes; its keys take turns. Undefined when the provider is not configured. */
  target(providerId: string): ProviderTarget | undefined {
    const upstream = this.upstreams.get(providerId);
    if (!upstream) return undefined;
    const { kind, baseUrl, allowPrivate } = upstream;
    const key = upstream.ring.next();
    return { providerId, providerKeyId: key?.id, kind, baseUrl, secret: key?.secret, allowPrivate };
  }

  /**
   * Asks a provider for its catalogue. Each key is tried until one is accepted, so that a revoked key among several
   * is noticed and left out of the next calls.
   *
   * @throws UpstreamFailure when there is no answer
   * @throws CatalogueRefused when the provider answers with an error
   */
  async listModels(providerId: string): Promise<UpstreamModel[]> {
    const upstream = this.upstreams.get(providerId);
    if (!upstream) throw new Error('The provider is not configured.');
    const keys = upstream.ring.round();
    if (keys.length === 0) return this.list(upstream, undefined);
    let refusal: unknown;
    for (const key of keys) {
      try {
        const models = await this.list(upstream, key);
        upstream.ring.accept(key);
        return models;
      } catch (error) {
        if (!(error instanceof CatalogueRefused && REFUSED_KEY.has(error.status))) throw error;
        upstream.ring.reject(key);
        this.log.warn(`The provider "${upstream.slug}" turned a key away (HTTP ${error.status}).`);
        refusal = error;
      }
    }
    throw refusal;
  }

  /** Every provider that is or was configured, and how its catalogue stands. */
  states(): Promise<ProviderState[]> {
    return this.repository.states();
  }

  /** Notes that a provider's catalogue was read and kept. */
  noteSynced(providerId: string): Promise<void> {
    return this.repository.noteSynced(providerId);
  }

  /** @param reason one safe sentence: it is shown to people */
  noteSyncFailed(providerId: string, reason: string): Promise<void> {
    return this.repository.noteSyncFailed(providerId, reason);
  }

  private list({ kind, baseUrl, allowPrivate }: Upstream, key: ProviderKey | undefined): Promise<UpstreamModel[]> {
    return this.lister.listModels({
      kind: kind === 'simulator' ? 'litellm' : kind,
      baseUrl,
      allowPrivate,
      ...(key ? { apiKey: key.secret } : {}),
    });
  }

  private async adopt(provider: ConfiguredProvider): Promise<Upstream> {
    const id = await this.repository.upsert(provider);
    const keys: ProviderKey[] = [];
    for (const secret of provider.keys) {
      const mark = { fingerprint: sha256(secret), hint: hintOf(secret) };
      keys.push({ id: await this.repository.upsertKey(id, mark), secret });
    }
    const { slug, kind, baseUrl, allowPrivate } = provider;
    return { id, slug, kind, baseUrl, allowPrivate, ring: new KeyRing(keys) };
  }

  private checkKeys(): ComponentHealth {
    if (this.upstreams.size === 0) return { status: 'degraded', detail: 'no provider is configured' };
    const usable = [...this.upstreams.values()].some(({ ring }) => ring.usable);
    return usable ? { status: 'ok' } : { status: 'degraded', detail: 'no provider accepts a key' };
  }
}

function hintOf(secret: string): string {
  return secret.length < SHORTEST_HINTED_KEY ? '…' : `…${secret.slice(-4)}`;
}
