import { Injectable } from '@nestjs/common';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { authConfig } from '../auth.config.js';
import { authErrors } from '../auth.errors.js';
import { registrationConfig } from './registration.config.js';
import { registrationErrors } from './registration.errors.js';

/** Decides who may make an account without an invitation, by their address alone: what there is already tells nothing. */
@Injectable()
export class RegistrationGates {
  private readonly domains: ReadonlySet<string>;

  constructor(
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
    @InjectConfig(registrationConfig) { emailDomains }: ConfigOf<typeof registrationConfig>,
  ) {
    this.domains = new Set(emailDomains.map((domain) => domain.toLowerCase()));
  }

  /**
   * @param email in canonical form
   * @throws DomainError registration_closed, email_domain_not_allowed
   */
  check(email: string): void {
    if (!this.config.allowRegistration) throw authErrors.registration_closed();
    const domain = email.slice(email.lastIndexOf('@') + 1);
    if (this.domains.size > 0 && !this.domains.has(domain)) throw registrationErrors.email_domain_not_allowed();
  }
}
