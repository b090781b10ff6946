import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Config, PRODUCT, PublicConfig, type PublicFacts } from '#libs/config';
import { Redactor } from '#libs/observability';

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
    private readonly redactor: Redactor,
  ) {}

  /** What a console needs before anybody has signed in. */
  getPublic(): PublicSettings {
    return { product: PRODUCT.name, version: PRODUCT.version, currency: 'USD', ...this.facts.read() };
  }

  /** Every variable by name. The redactor looks for what a variable that is no secret may carry: a password in a URL. */
  getAll(_actor: Principal): { profile: string; variables: unknown; warnings: Config['warnings'] } {
    const { profile, warnings } = this.config;
    return { profile, variables: this.redactor.data(this.config.redacted()), warnings };
  }
}
