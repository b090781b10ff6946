import { Injectable, Logger } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Clock, DomainError } from '#libs/kernel';
import { SessionKeeper } from '../../sessions/session.keeper.js';
import { federationErrors } from '../federation.errors.js';
import { IdentitiesRepository } from '../identities/identities.repository.js';
import { IdentityProviders } from '../identity-providers.js';
import { explained } from '../provider.refusal.js';
import { verifyLogoutToken } from './logout-token.verifier.js';
import { ProviderMetadata } from './provider.metadata.js';

/** Signs people out here who were signed out at their provider. */
@Injectable()
export class BackChannelLogout {
  private readonly log = new Logger(BackChannelLogout.name);

  constructor(
    private readonly providers: IdentityProviders,
    private readonly metadata: ProviderMetadata,
    private readonly identities: IdentitiesRepository,
    private readonly sessions: SessionKeeper,
    private readonly clock: Clock,
  ) {}

  /**
   * Ends every session of the person; whoever is not known here is nobody to sign out.
   *
   * @throws DomainError identity_provider_unknown, logout_token_invalid, identity_provider_unavailable
   */
  async signOut(actor: Principal, slug: string, token: unknown): Promise<void> {
    const { issuer, subject } = await this.proven(slug, token);
    const identity = await this.identities.find(issuer, subject);
    if (identity) await this.sessions.endAllOf(actor, identity.userId, 'signed_out_at_provider');
  }

  private async proven(slug: string, token: unknown): Promise<{ issuer: string; subject: string }> {
    const provider = this.providers.get(slug);
    const { settings } = provider;
    if (settings.protocol !== 'oidc') throw federationErrors.identity_provider_unknown();
    const { metadata, keys } = await this.metadata.get(provider, settings);
    const { issuer } = metadata;
    try {
      return { issuer, subject: await verifyLogoutToken(token, { ...settings, issuer, keys, now: this.clock.date() }) };
    } catch (thrown) {
      const { error, reason } = explained(thrown);
      this.log.warn(`A log-out by "${slug}" was refused: ${reason}`);
      throw isAway(error) ? error : federationErrors.logout_token_invalid();
    }
  }
}

function isAway(error: DomainError): boolean {
  return error.kind === 'unavailable';
}
