import { Injectable } from '@nestjs/common';
import { Config, ConfigError, PublicConfig } from '#libs/config';
import { httpConfig } from '#libs/http';
import { federationConfig } from './federation.config.js';
import { federationErrors } from './federation.errors.js';
import { identityNamespaceOf } from './providers/identity.namespace.js';
import type { IdentityProvider, LdapProvider, ProviderSettings } from './providers/identity-provider.js';
import { readProviders } from './providers/provider.reader.js';

type AnyProvider = IdentityProvider<ProviderSettings>;

/** Knows the identity providers of the configuration. */
@Injectable()
export class IdentityProviders {
  /** Those whose passwords people sign in with, in the order of the configuration. */
  readonly directories: readonly LdapProvider[];
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
    this.bySlug = new Map(all.filter(isElsewhere).map((provider) => [provider.slug, provider]));
    this.directories = all.filter(isDirectory);
    const shown = all.filter((provider) => hasButton(provider, all));
    facts.contribute({
      loginMethods: shown.map(({ slug }) => slug),
      identityProviders: shown.map(({ slug, kind, label }) => ({ slug, kind, label })),
    });
  }

  /** Under what its identities are kept; undefined when there is none of that slug. */
  issuerOf(slug: string): string | undefined {
    const provider = this.bySlug.get(slug) ?? this.directories.find((directory) => directory.slug === slug);
    return provider && identityNamespaceOf(provider.settings);
  }

  /** One that browsers are sent to. @throws DomainError identity_provider_unknown */
  get(slug: string): IdentityProvider {
    const provider = this.bySlug.get(slug);
    if (!provider) throw federationErrors.identity_provider_unknown();
    return provider;
  }
}

function isDirectory(provider: AnyProvider): provider is LdapProvider {
  return provider.settings.protocol === 'ldap';
}

function isElsewhere(provider: AnyProvider): provider is IdentityProvider {
  return provider.settings.protocol !== 'ldap';
}

/** A directory's password is typed into the form that is there; SAML stands back where OpenID Connect is spoken. */
function hasButton({ settings }: AnyProvider, all: readonly AnyProvider[]): boolean {
  if (settings.protocol === 'saml') return !all.some((other) => other.settings.protocol === 'oidc');
  return settings.protocol !== 'ldap';
}
