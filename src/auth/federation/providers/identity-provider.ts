/** What kinds of identity providers there are. */
export const PROVIDER_KINDS = [
  'oidc',
  'google',
  'gitlab',
  'microsoft',
  'apple',
  'github',
  'discord',
  'facebook',
  'saml',
  'ldap',
] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

/** How we prove to a provider's token endpoint who we are. */
export type ClientCredential =
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
  | { readonly method: 'none' }
  /** Apple wants a JWT in the place of the secret, signed with a key that it gave (PKCS #8 in PEM, ES256). */
  | { readonly method: 'apple'; readonly teamId: string; readonly keyId: string; readonly privateKey: string };

/** Where in a provider's answer a fact about a person stands; a dot goes one object deeper. */
export interface ClaimNames {
  readonly email: string;
  readonly emailVerified: string;
  readonly name: string;
  readonly groups: string;
}

/** What is the same for every provider that people are sent to and come back from with a code. */
export interface CodeFlowSettings {
  /** Identifies the provider together with a subject, for ever. */
  readonly issuer: string;
  readonly clientId: string;
  readonly client: ClientCredential;
  readonly scopes: readonly string[];
  /** How the answer comes back: in the address, or as a form. */
  readonly responseMode: 'query' | 'form_post';
  /** Whether people come back to `/api/auth/callback` itself: only for a provider that is alone. */
  readonly sharedCallback: boolean;
}

/** A provider that speaks OpenID Connect and tells its endpoints itself. */
export interface OidcSettings extends CodeFlowSettings {
  readonly protocol: 'oidc';
  readonly claims: ClaimNames;
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
}

/** A provider that knows OAuth 2.0 alone: who somebody is, its own API tells. */
export interface OAuthSettings extends CodeFlowSettings {
  readonly protocol: 'oauth2';
  /** How its API describes people. */
  readonly dialect: 'github' | 'discord' | 'facebook';
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  readonly userUrl: string;
  readonly emailsUrl: string | undefined;
  readonly groupsUrl: string | undefined;
}

/** A provider that speaks SAML 2.0 and signs what it says. */
export interface SamlSettings {
  readonly protocol: 'saml';
  /** What it calls itself. */
  readonly issuer: string;
  readonly entryPoint: string;
  /** In PEM; whatever comes along with a signature is not looked at. */
  readonly certificates: readonly string[];
  /** What we call ourselves to it; undefined for the address of our metadata. */
  readonly entityId: string | undefined;
  readonly attributes: Readonly<Record<'email' | 'name' | 'groups', string>>;
  /** Whether it signs the response as well as the assertion in it. */
  readonly wantsResponseSigned: boolean;
  /** Whether names are believed to last that the provider does not call persistent. */
  readonly allowsUnspecifiedNameId: boolean;
  readonly clockToleranceMs: number;
  readonly responseMode: 'form_post';
  readonly sharedCallback: false;
}

/** A directory whose passwords people sign in with, by LDAP. */
export interface LdapSettings {
  readonly protocol: 'ldap';
  /** Names it beside others. */
  readonly issuer: string;
  readonly url: string;
  readonly security: 'tls' | 'starttls' | 'none';
  /** In PEM; undefined for those that the system trusts. */
  readonly certificates: string | undefined;
  /** Who looks for people. */
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly base: string;
  readonly filter: string;
  /** Undefined: groups are an attribute of people alone. */
  readonly groupBase: string | undefined;
  readonly groupFilter: string;
  readonly attributes: Readonly<Record<'id' | 'email' | 'name' | 'groups', string>>;
  readonly needsGroups: boolean;
  readonly timeoutMs: number;
  readonly mostConnections: number;
}

/** Of providers that browsers are sent to and come back from. */
export type RedirectSettings = OidcSettings | OAuthSettings | SamlSettings;
export type ProviderSettings = RedirectSettings | LdapSettings;

/** What the groups of a person at the provider mean here. */
export interface GroupRules {
  /** The role for members of a group, the strongest first. Undefined: roles are given here, not there. */
  readonly mapping: ReadonlyMap<string, string> | undefined;
  /** The role of whoever is in none of those groups, and of everybody where nothing is mapped. */
  readonly defaultRole: string;
  /** Whoever is in none of them is refused. Empty: nobody. */
  readonly required: readonly string[];
}

/** An identity provider as the operator configured it: one that browsers are sent to, unless said otherwise. */
export interface IdentityProvider<S extends ProviderSettings = RedirectSettings> {
  /** Names it in addresses. */
  readonly slug: string;
  readonly kind: ProviderKind;
  /** Names it for people. */
  readonly label: string;
  /** Whether people whom only it knows get an account. */
  readonly allowSignUp: boolean;
  /** Whether it only ever tells addresses that it checked, so that it need not say so of each. */
  readonly trustsEmail: boolean;
  /** Whether a second factor that it asked for counts as one here. */
  readonly trustsMfa: boolean;
  /** Whether it may live at a loopback or private address. */
  readonly allowPrivate: boolean;
  readonly groups: GroupRules;
  readonly settings: S;
}

/** One whose passwords are typed in here. */
export type LdapProvider = IdentityProvider<LdapSettings>;

/** What is known of a provider before the settings of its kind are read. */
export interface SettingsContext {
  readonly kind: ProviderKind;
  readonly allowPrivate: boolean;
  /** Whether the groups of people matter, so that they must be asked for. */
  readonly needsGroups: boolean;
}

/** The settings of one kind, and whether addresses of that kind need no word that they were checked. */
export interface KindSettings {
  readonly settings: ProviderSettings;
  readonly trustsEmail: boolean;
}
