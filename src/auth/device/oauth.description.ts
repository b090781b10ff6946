import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { httpConfig, publicOrigin } from '#libs/http';
import { DEVICE_GRANT } from './device.grants.js';

/** RFC 8414 §2, RFC 8628 §4. */
export interface OAuthMetadata {
  readonly issuer: string;
  readonly device_authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly grant_types_supported: readonly string[];
  readonly response_types_supported: readonly string[];
  readonly jwks_uri: string;
}

/** Says where programs find what, at the address under which people reach this house. */
@Injectable()
export class OAuthDescription {
  constructor(@InjectConfig(httpConfig) private readonly http: ConfigOf<typeof httpConfig>) {}

  read(): OAuthMetadata {
    const origin = publicOrigin(this.http);
    return {
      issuer: origin,
      device_authorization_endpoint: `${origin}/api/auth/device/code`,
      token_endpoint: `${origin}/api/auth/device/token`,
      token_endpoint_auth_methods_supported: ['none'],
      grant_types_supported: [DEVICE_GRANT],
      response_types_supported: [],
      jwks_uri: `${origin}/.well-known/jwks.json`,
    };
  }
}
