import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { ConfigError, type ConfigOf, InjectConfig } from '#libs/config';
import { ProvisionedIdentities } from '../auth/federation/identities/provisioned.identities.js';
import { scimConfig } from './scim.config.js';

/** Lets people whom the directory made sign in with the company's identity provider: it knows them by their `externalId`. */
@Injectable()
export class ScimIdentities {
  private readonly provider: string | undefined;

  constructor(
    private readonly identities: ProvisionedIdentities,
    @InjectConfig(scimConfig) { identityProvider }: ConfigOf<typeof scimConfig>,
  ) {
    if (identityProvider !== undefined && !identities.isKnown(identityProvider)) {
      throw new ConfigError([
        { variable: 'SCIM_IDENTITY_PROVIDER', rule: 'must be the slug of one of the IDENTITY_PROVIDERS' },
      ]);
    }
    this.provider = identityProvider;
  }

  /** Within the transaction that is open. @throws DomainError identity_taken */
  async follow(actor: Principal, userId: string, externalId: string | null): Promise<void> {
    if (this.provider !== undefined) await this.identities.set(actor, userId, this.provider, externalId);
  }
}
