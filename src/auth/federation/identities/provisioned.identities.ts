import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { IdentityUnlinked } from '../../events/federation.events.js';
import { federationErrors } from '../federation.errors.js';
import { IdentityProviders } from '../identity-providers.js';
import { IdentitiesRepository } from './identities.repository.js';
import { KnownIdentities } from './known.identities.js';

/** Ties people whom a company's directory provisions to what the company's identity provider calls them. */
@Injectable()
export class ProvisionedIdentities {
  constructor(
    private readonly providers: IdentityProviders,
    private readonly identities: IdentitiesRepository,
    private readonly known: KnownIdentities,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /** Whether there is a provider of that slug. */
  isKnown(slug: string): boolean {
    return this.providers.issuerOf(slug) !== undefined;
  }

  /**
   * From now on it is this subject, and no other one, that the provider means by the account.
   *
   * @param subject null when it means nobody by it
   * @throws DomainError identity_provider_unknown, identity_taken
   */
  async set(actor: Principal, userId: string, slug: string, subject: string | null): Promise<void> {
    const issuer = this.providers.issuerOf(slug);
    if (issuer === undefined) throw federationErrors.identity_provider_unknown();
    await this.work.run(async () => {
      const all = await this.identities.listLocked(userId);
      for (const identity of all.filter((each) => each.issuer === issuer && each.subject !== subject)) {
        await this.identities.delete(identity.id);
        await this.events.publish(new IdentityUnlinked(actor, identity));
      }
      if (subject === null) return;
      const known = await this.known.findLocked(issuer, subject);
      if (known && known.userId !== userId) throw federationErrors.identity_taken();
      if (!known) await this.known.add(actor, { userId, provider: slug, issuer, subject }, { isInUse: false });
    });
  }
}
