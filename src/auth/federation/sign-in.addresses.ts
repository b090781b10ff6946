import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpConfig, publicOrigin } from '#libs/http';
import type { IdentityProvider } from './providers/identity-provider.js';
import { returnPath } from './return.path.js';

const CALLBACK = '/api/auth/callback';

/** Knows the addresses of this installation that people come back to, from its configuration and never from a request. */
@Injectable()
export class SignInAddresses {
  private readonly origin: string;

  constructor(@InjectConfig(httpConfig) config: ConfigOf<typeof httpConfig>) {
    this.origin = publicOrigin(config);
  }

  /** Each provider has its own, so that none can answer for another (RFC 9700, 4.4.2). */
  callbackOf({ slug, settings }: IdentityProvider): string {
    if (settings.protocol === 'saml') return `${this.origin}/api/auth/saml/${slug}/acs`;
    return `${this.origin}${CALLBACK}${settings.sharedCallback ? '' : `/${slug}`}`;
  }

  /** @throws DomainError return_to_invalid */
  path(returnTo: string | undefined): string {
    return returnPath(returnTo, this.origin);
  }

  /** @param path one of ours, see {@link path} */
  absolute(path: string): URL {
    return new URL(this.origin + path);
  }
}
