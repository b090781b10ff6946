import { Injectable } from '@nestjs/common';
import { IdentityProviders } from '../identity-providers.js';
import { SignInAddresses } from '../sign-in.addresses.js';
import { SamlProtocol } from './saml.protocol.js';

/** Tells a provider that speaks SAML what it has to know of this installation. */
@Injectable()
export class SamlMetadata {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly addresses: SignInAddresses,
    private readonly protocol: SamlProtocol,
  ) {}

  /** @throws DomainError identity_provider_unknown, also for one that speaks something else */
  async of(slug: string): Promise<string> {
    const provider = this.providers.get(slug);
    return this.protocol.metadata(provider, this.addresses.callbackOf(provider));
  }
}
