import type { IdentityProvider, ProviderSettings } from './providers/identity-provider.js';

/** What an identity provider proved of somebody, in whatever protocol. */
export interface ProvenIdentity {
  readonly provider: IdentityProvider<ProviderSettings>;
  /** With the subject, who it is. */
  readonly issuer: string;
  readonly subject: string;
  /** As the provider wrote it. */
  readonly email?: string | undefined;
  /** Whether the provider says that it checked the address. */
  readonly emailVerified?: boolean | undefined;
  readonly name?: string | undefined;
  /** Undefined when the provider said nothing of groups, which counts as none. */
  readonly groups?: readonly string[] | undefined;
  /** How the person proved it to the provider, in the names of RFC 8176. */
  readonly methods?: readonly string[] | undefined;
}
