import { Injectable, Logger } from '@nestjs/common';
import { createRemoteJWKSet, customFetch as keyFetch, type JWTVerifyGetKey } from 'jose';
import { allowInsecureRequests, customFetch, discovery, type ServerMetadata } from 'openid-client';
import { Clock } from '#libs/kernel';
import type { GuardedFetch } from '#libs/upstream';
import { ProviderHttp } from '../provider.http.js';
import { fetchWith, isInsecure } from '../code.client.js';
import type { IdentityProvider, OidcSettings } from '../providers/identity-provider.js';
import { explained } from '../provider.refusal.js';

const FRESH_MS = 24 * 3_600_000;
/** How long a document that could not be renewed is good before it is tried again. */
const RETRY_MS = 60_000;
const KEY_COOL_DOWN_MS = 10_000;
const KEYS_FRESH_MS = 600_000;

/** What a provider tells of itself, and the keys that it signs with. */
export interface KnownProvider {
  readonly metadata: ServerMetadata;
  readonly keys: JWTVerifyGetKey;
}

interface Entry extends KnownProvider {
  renewAt: number;
}

/** Knows the discovery documents of providers: for a day, and longer while a provider does not answer. */
@Injectable()
export class ProviderMetadata {
  private readonly log = new Logger(ProviderMetadata.name);
  private readonly known = new Map<string, Entry>();
  private readonly asked = new Map<string, Promise<Entry>>();

  constructor(
    private readonly http: ProviderHttp,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError identity_provider_unavailable, identity_provider_untrusted */
  async get(provider: IdentityProvider, settings: OidcSettings): Promise<KnownProvider> {
    const entry = this.known.get(provider.slug);
    if (entry && entry.renewAt > this.clock.now()) return entry;
    try {
      return await this.discover(provider, settings);
    } catch (error) {
      const refusal = explained(error);
      this.log.warn(`The discovery document of "${provider.slug}" could not be had: ${refusal.reason}`);
      if (!entry) throw refusal.error;
      entry.renewAt = this.clock.now() + RETRY_MS;
      return entry;
    }
  }

  /** However many people sign in at once, the provider is asked once. */
  private discover(provider: IdentityProvider, settings: OidcSettings): Promise<Entry> {
    const { slug } = provider;
    const asked = this.asked.get(slug) ?? this.download(provider, settings).finally(() => void this.asked.delete(slug));
    this.asked.set(slug, asked);
    return asked;
  }

  private async download(provider: IdentityProvider, { issuer, clientId }: OidcSettings): Promise<Entry> {
    const http = this.http.of(provider);
    const configuration = await discovery(new URL(issuer), clientId, undefined, undefined, {
      [customFetch]: fetchWith(http),
      execute: isInsecure(provider) ? [allowInsecureRequests] : [],
    });
    const metadata = { ...configuration.serverMetadata() };
    const entry = {
      metadata,
      keys: keysOf(metadata, http, isInsecure(provider)),
      renewAt: this.clock.now() + FRESH_MS,
    };
    this.known.set(provider.slug, entry);
    return entry;
  }
}

/** A key that is not known is looked for anew, but not at the will of whoever makes names up. */
function keysOf({ jwks_uri: uri }: ServerMetadata, http: GuardedFetch, insecure: boolean): JWTVerifyGetKey {
  const { protocol } = new URL(uri ?? '');
  if (uri === undefined || (protocol !== 'https:' && !(insecure && protocol === 'http:'))) throw new Error('jwks_uri');
  return createRemoteJWKSet(new URL(uri), {
    [keyFetch]: (url, { headers, signal }) => http.fetch(url, { headers: Object.fromEntries(headers), signal }),
    cooldownDuration: KEY_COOL_DOWN_MS,
    cacheMaxAge: KEYS_FRESH_MS,
  });
}
