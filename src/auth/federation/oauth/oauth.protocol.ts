import { Injectable } from '@nestjs/common';
import { authorizationCodeGrant, type Configuration } from 'openid-client';
import { Clock } from '#libs/kernel';
import { answerUrl, authorizationUrl, codeClient } from '../code.client.js';
import { federationErrors } from '../federation.errors.js';
import type { FlowSecrets } from '../flows/sign-in.flows.js';
import { ProviderHttp } from '../provider.http.js';
import type { ProvenIdentity } from '../proven-identity.js';
import type { IdentityProvider, OAuthSettings } from '../providers/identity-provider.js';
import type { ProviderAnswer, RedirectProtocol } from '../redirect.protocol.js';
import { readProfile } from './profile.reader.js';

/** OAuth 2.0 for signing in, as social networks do it: the code buys an access token, and that a look at the profile. */
@Injectable()
export class OAuthProtocol implements RedirectProtocol {
  constructor(
    private readonly http: ProviderHttp,
    private readonly clock: Clock,
  ) {}

  async begin(provider: IdentityProvider, secrets: FlowSecrets, redirectUri: string): Promise<URL> {
    const settings = settingsOf(provider);
    return authorizationUrl(await this.client(provider, settings), settings, secrets, redirectUri);
  }

  async finish(
    provider: IdentityProvider,
    answer: ProviderAnswer,
    secrets: FlowSecrets,
    redirectUri: string,
  ): Promise<ProvenIdentity> {
    const settings = settingsOf(provider);
    const client = await this.client(provider, settings);
    const { access_token: token } = await authorizationCodeGrant(client, answerUrl(redirectUri, answer), {
      expectedState: secrets.state,
      pkceCodeVerifier: secrets.verifier,
    });
    const [user, emails, groups] = await Promise.all(
      [settings.userUrl, settings.emailsUrl, settings.groupsUrl].map((url) => this.read(provider, url, token)),
    );
    const profile = readProfile(settings.dialect, { user, emails, groups });
    if (!profile) throw federationErrors.identity_provider_untrusted();
    return { provider, issuer: settings.issuer, ...profile };
  }

  private async read(provider: IdentityProvider, url: string | undefined, token: string): Promise<unknown> {
    if (url === undefined) return undefined;
    const response = await this.http.of(provider).fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    });
    if (response.status !== 200) throw new Error('profile', { cause: response });
    return response.json();
  }

  private client(provider: IdentityProvider, settings: OAuthSettings): Promise<Configuration> {
    const { issuer, authorizationUrl: authorization_endpoint, tokenUrl: token_endpoint } = settings;
    const metadata = { issuer, authorization_endpoint, token_endpoint };
    return codeClient({ ...provider, settings }, metadata, { http: this.http.of(provider), now: this.clock.date() });
  }
}

function settingsOf({ settings }: IdentityProvider): OAuthSettings {
  if (settings.protocol !== 'oauth2') throw new TypeError('This provider does not speak plain OAuth 2.0.');
  return settings;
}
