import { Injectable } from '@nestjs/common';
import { accessConfig, accessErrors, personOf, type Principal } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Clock } from '#libs/kernel';
import { UserDirectory } from '../users/user.directory.js';
import { AttemptLimits } from './attempt.limits.js';
import { authErrors } from './auth.errors.js';
import { PasswordCheck } from './protection/password.check.js';

/** Asks whoever is signed in to prove once more that they own the account: a session alone may be a stolen one. */
@Injectable()
export class OwnerProof {
  constructor(
    private readonly users: UserDirectory,
    private readonly passwords: PasswordCheck,
    private readonly limits: AttemptLimits,
    private readonly clock: Clock,
    @InjectConfig(accessConfig) private readonly config: ConfigOf<typeof accessConfig>,
  ) {}

  /**
   * By the password; whoever has none must have signed in not long ago. Wrong ones count as attempts to sign in.
   *
   * @throws DomainError password_wrong, recent_auth_required, account_locked, rate_limited, sign_in_busy
   */
  async demand(actor: Principal, password: string | undefined, network: string): Promise<void> {
    const { userId, authenticatedAt, isFullyProved } = personOf(actor);
    const account = await this.users.findWithPassword(userId);
    if (!account) throw accessErrors.unauthorized();
    if (!isFullyProved) throw accessErrors.recent_auth_required();
    if (account.passwordHash === null) {
      const isRecent = this.clock.now() - authenticatedAt.getTime() <= this.config.recentSeconds * 1_000;
      if (!isRecent) throw accessErrors.recent_auth_required();
      return;
    }
    await this.limits.countSignIn(network, account.email);
    const given = { email: account.email, password: password ?? '', network };
    if (!(await this.passwords.isRight(actor, account, given))) throw authErrors.password_wrong({ param: 'password' });
  }
}
