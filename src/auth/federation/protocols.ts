import { Injectable } from '@nestjs/common';
import { OAuthProtocol } from './oauth/oauth.protocol.js';
import { OidcProtocol } from './oidc/oidc.protocol.js';
import type { IdentityProvider } from './providers/identity-provider.js';
import type { RedirectProtocol } from './redirect.protocol.js';

/** Knows which protocol a provider speaks. */
@Injectable()
export class Protocols {
  constructor(
    private readonly oidc: OidcProtocol,
    private readonly oauth: OAuthProtocol,
  ) {}

  of({ settings }: IdentityProvider): RedirectProtocol {
    return settings.protocol === 'oidc' ? this.oidc : this.oauth;
  }
}
