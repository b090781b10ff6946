import { Injectable } from '@nestjs/common';
import { authorizationCodeGrant, type Configuration, fetchUserInfo } from 'openid-client';
import { Clock } from '#libs/kernel';
import { answerUrl, authorizationUrl, codeClient } from '../code.client.js';
import { factsOf, methodsIn, textOf } from '../claims.js';
import type { FlowSecrets } from '../flows/sign-in.flows.js';
import { ProviderHttp } from '../provider.http.js';
import type { ProvenIdentity } from '../proven-identity.js';
import type { IdentityProvider, OidcSettings } from '../providers/identity-provider.js';
import type { ProviderAnswer, RedirectProtocol } from '../redirect.protocol.js';
import { type IdTokenClaims, verifyIdToken } from './id-token.verifier.js';
import { type KnownProvider, ProviderMetadata } from './provider.metadata.js';

/**
 * OpenID Connect with the code flow. The library runs the protocol (state, issuer of the answer, PKCE, exchange); what
 * the ID token proves is decided by our own verifier, by the keys of the issuer.
 */
@Injectable()
export class OidcProtocol implements RedirectProtocol {
  constructor(
    private readonly metadata: ProviderMetadata,
    private readonly http: ProviderHttp,
    private readonly clock: Clock,
  ) {}

  async begin(provider: IdentityProvider, secrets: FlowSecrets, redirectUri: string): Promise<URL> {
    const settings = settingsOf(provider);
    const client = await this.client(provider, settings, await this.metadata.get(provider, settings));
    return authorizationUrl(client, settings, secrets, redirectUri);
  }

  async finish(
    provider: IdentityProvider,
    answer: ProviderAnswer,
    secrets: FlowSecrets,
    redirectUri: string,
  ): Promise<ProvenIdentity> {
    const settings = settingsOf(provider);
    const known = await this.metadata.get(provider, settings);
    const client = await this.client(provider, settings, known);
    const tokens = await authorizationCodeGrant(client, answerUrl(redirectUri, answer), {
      expectedState: secrets.state,
      expectedNonce: secrets.nonce,
      pkceCodeVerifier: secrets.verifier,
      idTokenExpected: true,
    });
    const { issuer } = known.metadata;
    const claims = await verifyIdToken(tokens.id_token, {
      issuer,
      clientId: settings.clientId,
      nonce: secrets.nonce,
      algorithms: settings.algorithms,
      clockToleranceSeconds: settings.clockToleranceSeconds,
      now: this.clock.date(),
      keys: known.keys,
    });
    const facts = factsOf(await this.completed(client, provider, claims, tokens.access_token), settings.claims);
    const name = facts.name ?? nameInForm(answer);
    return { provider, issuer, subject: claims.sub, ...facts, name, methods: methodsIn(claims) };
  }

  /** Asks for what the token leaves out. What it says itself, it says signed. */
  private async completed(
    client: Configuration,
    provider: IdentityProvider,
    claims: IdTokenClaims,
    accessToken: string,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { claims: names } = settingsOf(provider);
    const { email, groups } = factsOf(claims, names);
    const { mapping, required } = provider.groups;
    const lacks = email === undefined || (groups === undefined && (mapping !== undefined || required.length > 0));
    if (!lacks || client.serverMetadata().userinfo_endpoint === undefined) return claims;
    return { ...(await fetchUserInfo(client, accessToken, claims.sub)), ...claims };
  }

  private client(provider: IdentityProvider, settings: OidcSettings, known: KnownProvider): Promise<Configuration> {
    return codeClient({ ...provider, settings }, known.metadata, {
      http: this.http.of(provider),
      now: this.clock.date(),
      toleranceSeconds: settings.clockToleranceSeconds,
    });
  }
}

function settingsOf({ settings }: IdentityProvider): OidcSettings {
  if (settings.protocol !== 'oidc') throw new TypeError('This provider does not speak OpenID Connect.');
  return settings;
}

/** Apple tells a name once, beside the token and unsigned. It is good to be called by, and for nothing else. */
function nameInForm({ user }: ProviderAnswer): string | undefined {
  if (user === undefined) return undefined;
  try {
    const { name } = JSON.parse(user) as { name?: { firstName?: unknown; lastName?: unknown } };
    return textOf([textOf(name?.firstName), textOf(name?.lastName)].filter((part) => part !== undefined).join(' '));
  } catch {
    return undefined;
  }
}
