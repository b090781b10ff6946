import type { ProviderSettings } from './identity-provider.js';

/**
 * Under what the subjects of a provider are kept. The issuers of OAuth and OpenID Connect are web addresses; whatever
 * else may call itself by the same text has its protocol in front, so that a name chosen there is nobody's `sub`.
 */
export function identityNamespaceOf({ protocol, issuer }: ProviderSettings): string {
  return protocol === 'oidc' || protocol === 'oauth2' ? issuer : `${protocol}:${issuer}`;
}

/** Who vouches for the subjects: two entries of one authority may share a namespace, as two clients of one issuer do. */
export function authorityOf(settings: ProviderSettings): string {
  if (settings.protocol === 'saml') return JSON.stringify(['saml', ...settings.certificates.toSorted()]);
  if (settings.protocol === 'ldap') {
    const { url, attributes } = settings;
    return JSON.stringify(['ldap', url.toLowerCase().replace(/\/$/, ''), attributes.id.toLowerCase()]);
  }
  return JSON.stringify([settings.protocol]);
}
