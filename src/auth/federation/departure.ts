import { Injectable, Logger } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { AttemptLimits } from '../attempt.limits.js';
import { SignInFlows } from './flows/sign-in.flows.js';
import { IdentityProviders } from './identity-providers.js';
import { Protocols } from './protocols.js';
import { explained } from './provider.refusal.js';
import { SignInAddresses } from './sign-in.addresses.js';

/** What a person who wants to leave for a provider says. */
export interface DepartureWish {
  /** The slug. */
  readonly provider: string;
  readonly returnTo?: string | undefined;
  /** What the cookie of their browser holds. */
  readonly browser: string;
  readonly network: string;
}

/** Sends people to identity providers. */
@Injectable()
export class Departure {
  private readonly log = new Logger(Departure.name);

  constructor(
    private readonly providers: IdentityProviders,
    private readonly flows: SignInFlows,
    private readonly protocols: Protocols,
    private readonly addresses: SignInAddresses,
    private readonly limits: AttemptLimits,
  ) {}

  /**
   * Where to go in order to sign in.
   *
   * @throws DomainError identity_provider_unknown, return_to_invalid, rate_limited, identity_provider_unavailable,
   *   identity_provider_untrusted
   */
  signIn(_actor: Principal, wish: DepartureWish): Promise<URL> {
    return this.leave(wish);
  }

  /**
   * Where to go in order to link an identity to the account of the person who is signed in.
   *
   * @throws DomainError as {@link signIn}
   */
  link(actor: Principal, wish: DepartureWish): Promise<URL> {
    return this.leave(wish, personOf(actor).sessionId);
  }

  private async leave({ provider: slug, returnTo, browser, network }: DepartureWish, session?: string): Promise<URL> {
    const provider = this.providers.get(slug);
    const path = this.addresses.path(returnTo);
    await this.limits.countDeparture(network);
    const secrets = await this.flows.begin(slug, { browser, returnTo: path, linkingSessionId: session });
    try {
      return await this.protocols.of(provider).begin(provider, secrets, this.addresses.callbackOf(provider));
    } catch (thrown) {
      const { error, reason } = explained(thrown);
      this.log.warn(`Nobody can be sent to "${slug}": ${reason}`);
      throw error;
    }
  }
}
