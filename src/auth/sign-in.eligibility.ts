import { Injectable } from '@nestjs/common';
import { bannedError, type Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { EventBus } from '#libs/events';
import { Clock, type DomainError } from '#libs/kernel';
import { type UserAccount, UserDirectory } from '../users/user.directory.js';
import { authErrors } from './auth.errors.js';
import { SignInFailed } from './events/auth.events.js';
import { registrationConfig } from './registration/registration.config.js';

/** Says whether an account may be signed in to at all, by whoever proved that it is theirs. */
@Injectable()
export class SignInEligibility {
  constructor(
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly users: UserDirectory,
    @InjectConfig(registrationConfig) private readonly config: ConfigOf<typeof registrationConfig>,
  ) {}

  /** @throws DomainError invalid_credentials for an account that is shut; email_not_verified where that is needed; banned */
  async mustBeEligible(actor: Principal, account: UserAccount): Promise<void> {
    const error = this.objection(account);
    if (!error) return;
    await this.events.publish(new SignInFailed(actor, account.email, account.id, error.code));
    throw error;
  }

  /**
   * Within a transaction, in which the password stays as it is.
   *
   * @param passwordHash what was compared with the password that was given
   * @throws DomainError invalid_credentials when the account has another one by now
   */
  async mustHold(account: UserAccount, passwordHash: string): Promise<void> {
    if (!(await this.users.holdsPasswordHash(account.id, passwordHash))) throw authErrors.invalid_credentials();
  }

  private objection({ status, emailVerifiedAt, bannedUntil }: UserAccount): DomainError | undefined {
    if (status !== 'active') return authErrors.invalid_credentials();
    if (emailVerifiedAt === null && !this.config.allowUnverifiedSignIn) {
      // Who registered with the address of somebody else must not learn here that it was free.
      return this.config.isNeutral ? authErrors.invalid_credentials() : authErrors.email_not_verified();
    }
    if (bannedUntil && bannedUntil > this.clock.date()) return bannedError(bannedUntil, this.clock.now());
    return undefined;
  }
}
