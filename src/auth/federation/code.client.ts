import { importPKCS8, SignJWT } from 'jose';
import {
  allowInsecureRequests,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  customFetch,
  None,
  buildAuthorizationUrl,
  clockTolerance,
  type ServerMetadata,
} from 'openid-client';
import type { GuardedFetch } from '#libs/upstream';
import type { FlowSecrets } from './flows/sign-in.flows.js';
import type { ProviderAnswer } from './redirect.protocol.js';
import type {
  ClientCredential,
  CodeFlowSettings,
  IdentityProvider,
  OAuthSettings,
  OidcSettings,
} from './providers/identity-provider.js';

const APPLE_SECRET_SECONDS = 300;

/** What belongs to the answer of an authorisation endpoint (RFC 6749, RFC 9207); the rest is looked at by nobody. */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description'];

/** Whether the provider is spoken to without TLS, which its configuration allows on this machine alone. */
export function isInsecure({ allowPrivate, settings }: IdentityProvider): boolean {
  return allowPrivate && settings.issuer.startsWith('http:');
}

/** The guarded fetch in the form that the protocol's library wants it. */
export function fetchWith(http: GuardedFetch): CustomFetch {
  return (url, { method, headers, body, signal }) =>
    http.fetch(url, { method, headers, signal, body: body instanceof URLSearchParams ? body : undefined });
}

/** Us, as a client of a provider. */
export async function codeClient(
  provider: IdentityProvider<OidcSettings | OAuthSettings>,
  metadata: ServerMetadata,
  { http, now, toleranceSeconds = 30 }: { http: GuardedFetch; now: Date; toleranceSeconds?: number },
): Promise<Configuration> {
  const { clientId, client, issuer } = provider.settings;
  const auth = await authentication(client, { clientId, issuer, now });
  const configuration = new Configuration(metadata, clientId, { [clockTolerance]: toleranceSeconds }, auth);
  configuration[customFetch] = fetchWith(http);
  if (isInsecure(provider)) allowInsecureRequests(configuration);
  return configuration;
}

/** Where a person is sent, with everything that ties the answer to this very sign-in. */
export async function authorizationUrl(
  configuration: Configuration,
  { scopes, responseMode }: CodeFlowSettings,
  { state, nonce, verifier }: FlowSecrets,
  redirectUri: string,
): Promise<URL> {
  return buildAuthorizationUrl(configuration, {
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(responseMode === 'form_post' ? { response_mode: responseMode } : {}),
  });
}

/** The answer as the address that the library reads it from: ours, whatever the request said of hosts and paths. */
export function answerUrl(redirectUri: string, answer: ProviderAnswer): URL {
  const url = new URL(redirectUri);
  for (const name of ANSWER_PARAMETERS) {
    const value = answer[name];
    if (value !== undefined) url.searchParams.set(name, value);
  }
  return url;
}

async function authentication(
  client: ClientCredential,
  { clientId, issuer, now }: { clientId: string; issuer: string; now: Date },
): Promise<ClientAuth> {
  switch (client.method) {
    case 'none':
      return None();
    case 'client_secret_basic':
      return ClientSecretBasic(client.secret);
    case 'client_secret_post':
      return ClientSecretPost(client.secret);
    case 'apple':
      return ClientSecretPost(await appleSecret(client, { clientId, issuer, now }));
  }
}

/** The client secret that Apple wants: a JWT by the key that it gave, good for this exchange. */
async function appleSecret(
  { teamId, keyId, privateKey }: Extract<ClientCredential, { method: 'apple' }>,
  { clientId, issuer, now }: { clientId: string; issuer: string; now: Date },
): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(clientId)
    .setAudience(issuer)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + APPLE_SECRET_SECONDS)
    .sign(await importPKCS8(privateKey, 'ES256'));
}
