import { Injectable } from '@nestjs/common';
import { Config, ConfigError, PublicConfig } from '#libs/config';
import { httpConfig } from '#libs/http';
import { federationConfig } from './federation.config.js';
import { federationErrors } from './federation.errors.js';
import type { IdentityProvider } from './providers/identity-provider.js';
import { readProviders } from './providers/provider.reader.js';

/** Knows the identity providers of the configuration. */
@Injectable()
export class IdentityProviders {
  private readonly bySlug: ReadonlyMap<string, IdentityProvider>;

  constructor(config: Config, facts: PublicConfig) {
    const { providers, providersFile } = config.get(federationConfig);
    const all = readProviders(providers ?? providersFile).providers;
    if (all.length > 0 && config.profile === 'production' && config.get(httpConfig).publicUrl === undefined) {
      throw new ConfigError([
        {
          variable: 'PUBLIC_URL',
          rule: 'must be set where there are identity providers, which send people back to it',
        },
      ]);
    }
    this.bySlug = new Map(all.map((provider) => [provider.slug, provider]));
    facts.contribute({
      loginMethods: all.map(({ slug }) => slug),
      identityProviders: all.map(({ slug, kind, label }) => ({ slug, kind, label })),
    });
  }

  /** @throws DomainError identity_provider_unknown */
  get(slug: string): IdentityProvider {
    const provider = this.bySlug.get(slug);
    if (!provider) throw federationErrors.identity_provider_unknown();
    return provider;
  }
}
