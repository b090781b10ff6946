import { Injectable } from '@nestjs/common';
import { OAuthProtocol } from './oauth/oauth.protocol.js';
import { OidcProtocol } from './oidc/oidc.protocol.js';
import type { IdentityProvider } from './providers/identity-provider.js';
import { SamlProtocol } from './saml/saml.protocol.js';
import type { RedirectProtocol } from './redirect.protocol.js';

/** Knows which protocol a provider speaks. */
@Injectable()
export class Protocols {
  constructor(
    private readonly oidc: OidcProtocol,
    private readonly oauth: OAuthProtocol,
    private readonly saml: SamlProtocol,
  ) {}

  of({ settings }: IdentityProvider): RedirectProtocol {
    return { oidc: this.oidc, oauth2: this.oauth, saml: this.saml }[settings.protocol];
  }
}
