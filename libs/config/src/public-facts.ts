/** Another house that says who somebody is, as a console shows it. */
export interface PublicIdentityProvider {
  readonly slug: string;
  readonly kind: string;
  readonly label: string;
}

/** What anybody may know of this installation before signing in. A closed list, so that nothing gets in by accident. */
export interface PublicFacts {
  /** How a person can sign in: `password`, or the name of an identity provider. */
  readonly loginMethods: readonly string[];
  /** Those of them that are identity providers, with what a button needs. */
  readonly identityProviders: readonly PublicIdentityProvider[];
  /** Whether a stranger may make an account. */
  readonly registrationOpen: boolean;
  /** Where the API's documentation is served; null when it is not. */
  readonly docsUrl: string | null;
  /** Optional parts of the product, and whether they are switched on. */
  readonly features: Readonly<Record<string, boolean>>;
}

/** Collects the public facts from the features that own them. */
export class PublicConfig {
  private facts: PublicFacts = {
    loginMethods: [],
    identityProviders: [],
    registrationOpen: false,
    docsUrl: null,
    features: {},
  };

  /** Adds what a feature knows, once, at start-up: login methods and features join those of the others. */
  contribute(part: Partial<PublicFacts>): void {
    const { facts } = this;
    this.facts = {
      ...facts,
      ...part,
      loginMethods: [...new Set([...facts.loginMethods, ...(part.loginMethods ?? [])])],
      features: { ...facts.features, ...part.features },
    };
  }

  read(): PublicFacts {
    return this.facts;
  }
}
