import type { FlowSecrets } from './flows/sign-in.flows.js';
import type { ProvenIdentity } from './proven-identity.js';
import type { IdentityProvider } from './providers/identity-provider.js';

/** What a person's browser brought back from a provider: texts by name. */
export type ProviderAnswer = Readonly<Record<string, string>>;

/** A way to send people to a provider and to understand what they bring back. */
export interface RedirectProtocol {
  /**
   * Where to send a person.
   *
   * @param redirectUri where they come back to, exactly
   * @throws DomainError identity_provider_unavailable, identity_provider_untrusted
   */
  begin(provider: IdentityProvider, secrets: FlowSecrets, redirectUri: string): Promise<URL>;

  /**
   * Whom the answer proves.
   *
   * @throws DomainError identity_provider_refused, identity_provider_untrusted, identity_provider_unavailable
   */
  finish(
    provider: IdentityProvider,
    answer: ProviderAnswer,
    secrets: FlowSecrets,
    redirectUri: string,
  ): Promise<ProvenIdentity>;
}
