import { createPrivateKey } from 'node:crypto';
import type { FieldReader } from './field.reader.js';
import type {
  ClaimNames,
  ClientCredential,
  CodeFlowSettings,
  KindSettings,
  SettingsContext,
} from './identity-provider.js';
import {
  OAUTH_PRESETS,
  OIDC_PRESETS,
  type OAuthPreset,
  type OidcPreset,
  SIGNING_ALGORITHMS,
  STANDARD_CLAIMS,
} from './presets.js';

const TENANT = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  says: 'must be the id of one tenant: of `common` anybody could call themselves anything',
};

/** Settings of a provider that speaks OpenID Connect; the preset of its kind fills in what is left out. */
export function readOidc(fields: FieldReader, { kind, allowPrivate, needsGroups }: SettingsContext): KindSettings {
  const preset: OidcPreset = OIDC_PRESETS[kind as keyof typeof OIDC_PRESETS];
  const tenant = kind === 'microsoft' ? fields.text('tenant', TENANT) : undefined;
  const wellKnown = tenant === undefined ? preset.issuer : `https://login.microsoftonline.com/${tenant}/v2.0`;
  const scopes = fields.texts('scopes', preset.scopes);
  if (!scopes.includes('openid')) fields.wrong('scopes', 'must hold openid');
  const claims = readClaims(fields.inner('claims'), { ...STANDARD_CLAIMS, ...preset.claims });
  if (needsGroups && kind === 'apple') fields.wrong('roleMapping', 'is of no use: Apple tells no groups');
  return {
    trustsEmail: preset.trustsEmail ?? false,
    settings: {
      protocol: 'oidc',
      issuer: fields.url('issuer', { fallback: wellKnown, allowPrivate }),
      ...readClient(fields, preset.clientAuth, kind === 'apple'),
      scopes,
      responseMode: preset.responseMode ?? 'query',
      claims,
      algorithms: fields.texts('algorithms', SIGNING_ALGORITHMS, SIGNING_ALGORITHMS),
      clockToleranceSeconds: fields.integer('clockToleranceSeconds', { min: 0, max: 300, fallback: 30 }),
    },
  };
}

/** Settings of a provider that knows OAuth 2.0 alone. */
export function readOAuth(fields: FieldReader, { kind, allowPrivate, needsGroups }: SettingsContext): KindSettings {
  const dialect = kind as keyof typeof OAUTH_PRESETS;
  const preset: OAuthPreset = OAUTH_PRESETS[dialect];
  const address = (name: string, fallback: string) => fields.url(name, { fallback, allowPrivate });
  const optionalAddress = (name: string, fallback: string | undefined) =>
    fallback === undefined ? undefined : address(name, fallback);
  const groupsUrl = optionalAddress('groupsUrl', preset.groupsUrl);
  if (needsGroups && groupsUrl === undefined)
    fields.wrong('roleMapping', 'is of no use: this provider tells no groups');
  return {
    trustsEmail: preset.trustsEmail,
    settings: {
      protocol: 'oauth2',
      dialect,
      issuer: address('issuer', preset.issuer),
      authorizationUrl: address('authorizationUrl', preset.authorizationUrl),
      tokenUrl: address('tokenUrl', preset.tokenUrl),
      userUrl: address('userUrl', preset.userUrl),
      emailsUrl: optionalAddress('emailsUrl', preset.emailsUrl),
      groupsUrl: needsGroups ? groupsUrl : undefined,
      ...readClient(fields, 'client_secret_post', false),
      scopes: fields.texts('scopes', needsGroups ? [...preset.scopes, ...preset.groupScopes] : preset.scopes),
      responseMode: 'query',
    },
  };
}

function readClient(
  fields: FieldReader,
  usual: 'client_secret_basic' | 'client_secret_post',
  isApple: boolean,
): Pick<CodeFlowSettings, 'clientId' | 'client' | 'sharedCallback'> {
  const clientId = fields.text('clientId');
  const sharedCallback = fields.flag('sharedCallback', false);
  if (isApple) return { clientId, sharedCallback, client: readAppleKey(fields) };
  const method = fields.choice('clientAuth', ['client_secret_basic', 'client_secret_post', 'none'], usual);
  const client: ClientCredential = method === 'none' ? { method } : { method, secret: fields.text('clientSecret') };
  return { clientId, sharedCallback, client };
}

function readAppleKey(fields: FieldReader): ClientCredential {
  const privateKey = fields.text('privateKey');
  if (privateKey !== '' && !isP256(privateKey)) {
    fields.wrong('privateKey', 'must be the PKCS #8 key (PEM, P-256) that Apple gave');
  }
  return { method: 'apple', teamId: fields.text('teamId'), keyId: fields.text('keyId'), privateKey };
}

function isP256(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function readClaims(fields: FieldReader, usual: ClaimNames): ClaimNames {
  const claims = {
    email: fields.optionalText('email') ?? usual.email,
    emailVerified: fields.optionalText('emailVerified') ?? usual.emailVerified,
    name: fields.optionalText('name') ?? usual.name,
    groups: fields.optionalText('groups') ?? usual.groups,
  };
  fields.finish();
  return claims;
}
