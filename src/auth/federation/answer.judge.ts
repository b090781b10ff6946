import { Injectable, Logger } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { FederatedSignInRefused } from '../events/federation.events.js';
import { federationErrors } from './federation.errors.js';
import type { SignInFlow } from './flows/sign-in.flows.js';
import { IdentityProviders } from './identity-providers.js';
import { Protocols } from './protocols.js';
import type { ProvenIdentity } from './proven-identity.js';
import { explained } from './provider.refusal.js';
import type { ProviderAnswer } from './redirect.protocol.js';
import { SignInAddresses } from './sign-in.addresses.js';

/** What came back, and where. */
export interface ProviderReturn {
  /** The provider that the address is of; undefined for the shared one. */
  readonly slug: string | undefined;
  readonly answer: ProviderAnswer;
}

/** Decides whom a provider's answer proves, and records when it proves nobody. */
@Injectable()
export class AnswerJudge {
  private readonly log = new Logger(AnswerJudge.name);

  constructor(
    private readonly providers: IdentityProviders,
    private readonly protocols: Protocols,
    private readonly addresses: SignInAddresses,
    private readonly events: EventBus,
  ) {}

  /** @throws DomainError, recorded */
  async proven(
    actor: Principal,
    { provider: slug, secrets, isExpired }: SignInFlow,
    came: ProviderReturn,
  ): Promise<ProvenIdentity> {
    try {
      if (isExpired) throw federationErrors.sign_in_flow_expired();
      const provider = this.providers.get(slug);
      // An answer at the address of another provider is that provider's (mix-up).
      if (came.slug !== (provider.settings.sharedCallback ? undefined : slug)) {
        throw federationErrors.identity_provider_untrusted();
      }
      const { answer } = came;
      return await this.protocols.of(provider).finish(provider, answer, secrets, this.addresses.callbackOf(provider));
    } catch (thrown) {
      const { error, reason } = explained(thrown);
      this.log.warn(`A sign-in with "${slug}" came to nothing: ${reason}`);
      await this.events.publish(new FederatedSignInRefused(actor, slug, error.code));
      throw error;
    }
  }
}
