import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Config, type ConfigDescription, PRODUCT, PublicConfig, type PublicFacts } from '#libs/config';

export interface PublicSettings extends PublicFacts {
  readonly product: string;
  readonly version: string;
  readonly currency: string;
}

/** Tells what the installation is and how it is configured: to strangers little, to administrators all but secrets. */
@Injectable()
export class SettingsService {
  constructor(
    private readonly config: Config,
    private readonly facts: PublicConfig,
  ) {}

  /** What a console needs before anybody has signed in. */
  getPublic(): PublicSettings {
    return { product: PRODUCT.name, version: PRODUCT.version, currency: 'USD', ...this.facts.read() };
  }

  /** Every variable by name, secrets masked. */
  getAll(_actor: Principal): ConfigDescription {
    return this.config.describe();
  }
}
