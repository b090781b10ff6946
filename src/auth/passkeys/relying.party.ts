import { Injectable } from '@nestjs/common';
import { Config, ConfigError, PRODUCT } from '#libs/config';
import { httpConfig, publicOrigin } from '#libs/http';
import { passkeysConfig } from './passkeys.config.js';

/** Who passkeys are made for (WebAuthn §4): never what a request says of its host. */
@Injectable()
export class RelyingParty {
  readonly name = PRODUCT.name;
  readonly id: string;
  readonly origins: string[];

  /** @throws ConfigError when no page of an origin could use passkeys of the domain */
  constructor(config: Config) {
    const home = new URL(publicOrigin(config.get(httpConfig)));
    const { rpId = home.hostname, origins } = config.get(passkeysConfig);
    this.id = rpId;
    this.origins = origins.length > 0 ? [...origins] : [home.origin];
    const strange = this.origins.some((origin) => !`.${new URL(origin).hostname}`.endsWith(`.${rpId}`));
    if (strange) {
      const variable = origins.length > 0 ? 'WEBAUTHN_ORIGINS' : 'WEBAUTHN_RP_ID';
      throw new ConfigError([{ variable, rule: 'must fit: passkeys of a domain are for pages on that domain alone' }]);
    }
  }
}
