import { Injectable } from '@nestjs/common';
import { accessErrors, PersonConditions, type UserPrincipal } from '#libs/access';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { authErrors } from '../auth.errors.js';
import type { Whence } from '../sessions/whence.decorator.js';
import { PasswordCheck } from './password.check.js';

type Account = UserAccount & { readonly passwordHash: string | null };

/** Has people who are signed in give their password once more: the only way to, so that all are asked alike. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly users: UserDirectory,
    private readonly passwords: PasswordCheck,
    private readonly limits: AttemptLimits,
    private readonly conditions: PersonConditions,
  ) {}

  /**
   * Whoever has no password, because an identity provider vouches for them, must have signed in not long ago.
   *
   * @throws DomainError password_required, recent_auth_required, and as {@link demand}
   */
  async confirm(person: UserPrincipal, password: string | undefined, whence: Whence): Promise<void> {
    const account = await this.accountOf(person);
    if (account.passwordHash !== null) await this.mustBeGiven(person, password, whence);
    else if (!this.conditions.isFresh(person)) throw accessErrors.recent_auth_required();
  }

  /** @throws DomainError sign_in_again for whoever has no password; otherwise as {@link confirm} */
  async prove(person: UserPrincipal, password: string | undefined, whence: Whence): Promise<void> {
    const account = await this.accountOf(person);
    if (account.passwordHash === null) throw authErrors.sign_in_again();
    await this.mustBeGiven(person, password, whence);
  }

  /**
   * @param param where the request has the password
   * @returns the account, with what the password was compared with
   * @throws DomainError wrong_password, also for whoever has none; account_locked, rate_limited, sign_in_busy
   */
  async demand(person: UserPrincipal, password: string, whence: Whence, param = 'password'): Promise<Account> {
    await this.limits.countPassword(person.userId);
    const account = await this.accountOf(person);
    const right = await this.passwords.isRight(person, account, { email: account.email, password, ...whence });
    if (!right) throw authErrors.wrong_password({ param });
    return account;
  }

  async accountOf({ userId }: UserPrincipal): Promise<Account> {
    const account = await this.users.findWithPassword(userId);
    if (!account) throw accessErrors.unauthorized();
    return account;
  }

  private async mustBeGiven(person: UserPrincipal, password: string | undefined, whence: Whence): Promise<void> {
    if (password === undefined) throw authErrors.password_required({ param: 'password' });
    await this.demand(person, password, whence);
  }
}
