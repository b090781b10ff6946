import type { ClaimNames, OAuthSettings, ProviderKind } from './identity-provider.js';

/** Algorithms that sign with a key only the provider has. None with a shared secret, and never `none`. */
export const SIGNING_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

export interface OidcPreset {
  /** Left out, the operator must say it. */
  readonly issuer?: string;
  readonly scopes: readonly string[];
  readonly claims?: Partial<ClaimNames>;
  readonly clientAuth: 'client_secret_basic' | 'client_secret_post';
  readonly responseMode?: 'form_post';
  readonly trustsEmail?: boolean;
}

export const STANDARD_CLAIMS: ClaimNames = {
  email: 'email',
  emailVerified: 'email_verified',
  name: 'name',
  groups: 'groups',
};

/** Providers that speak OpenID Connect, as their documentation has them. */
export const OIDC_PRESETS = {
  oidc: { scopes: ['openid', 'email', 'profile'], clientAuth: 'client_secret_basic' },
  // Both are sent in the body: identifiers with dashes are encoded in a header, which not every server undoes.
  google: {
    issuer: 'https://accounts.google.com',
    scopes: ['openid', 'email', 'profile'],
    // The domain of a Workspace is the nearest to a group that Google tells.
    claims: { groups: 'hd' },
    clientAuth: 'client_secret_post',
  },
  gitlab: { issuer: 'https://gitlab.com', scopes: ['openid', 'email', 'profile'], clientAuth: 'client_secret_post' },
  // The issuer follows from the tenant. Its administrators write the addresses, and no claim says who checked them.
  microsoft: { scopes: ['openid', 'email', 'profile'], clientAuth: 'client_secret_post', trustsEmail: true },
  apple: {
    issuer: 'https://appleid.apple.com',
    scopes: ['openid', 'name', 'email'],
    clientAuth: 'client_secret_post',
    // Apple sends names and addresses in no other way.
    responseMode: 'form_post',
  },
} as const satisfies Partial<Record<ProviderKind, OidcPreset>>;

type Endpoints = Pick<
  OAuthSettings,
  'issuer' | 'authorizationUrl' | 'tokenUrl' | 'userUrl' | 'emailsUrl' | 'groupsUrl'
>;

export interface OAuthPreset extends Endpoints {
  readonly scopes: readonly string[];
  /** Asked for as well when groups matter. */
  readonly groupScopes: readonly string[];
  readonly trustsEmail: boolean;
}

/** Providers that know OAuth 2.0 alone. */
export const OAUTH_PRESETS = {
  github: {
    issuer: 'https://github.com',
    authorizationUrl: 'https://github.com/login/oauth/authorize',
    tokenUrl: 'https://github.com/login/oauth/access_token',
    userUrl: 'https://api.github.com/user',
    emailsUrl: 'https://api.github.com/user/emails',
    groupsUrl: 'https://api.github.com/user/orgs?per_page=100',
    scopes: ['read:user', 'user:email'],
    groupScopes: ['read:org'],
    trustsEmail: false,
  },
  discord: {
    issuer: 'https://discord.com',
    authorizationUrl: 'https://discord.com/oauth2/authorize',
    tokenUrl: 'https://discord.com/api/oauth2/token',
    userUrl: 'https://discord.com/api/users/@me',
    emailsUrl: undefined,
    groupsUrl: 'https://discord.com/api/users/@me/guilds',
    scopes: ['identify', 'email'],
    groupScopes: ['guilds'],
    trustsEmail: false,
  },
  facebook: {
    issuer: 'https://www.facebook.com',
    authorizationUrl: 'https://www.facebook.com/v23.0/dialog/oauth',
    tokenUrl: 'https://graph.facebook.com/v23.0/oauth/access_token',
    userUrl: 'https://graph.facebook.com/v23.0/me?fields=id,name,email',
    emailsUrl: undefined,
    groupsUrl: undefined,
    scopes: ['public_profile', 'email'],
    groupScopes: [],
    // Tells an address only after its owner confirmed it, and has no field to say so.
    trustsEmail: true,
  },
} as const satisfies Partial<Record<ProviderKind, OAuthPreset>>;
