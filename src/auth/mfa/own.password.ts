import { Injectable } from '@nestjs/common';
import { accessErrors, PersonConditions, type UserPrincipal } from '#libs/access';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { authErrors } from '../auth.errors.js';
import { PasswordCheck } from '../protection/password.check.js';
import type { Whence } from '../sessions/whence.decorator.js';
import { mfaErrors } from './mfa.errors.js';

type Account = UserAccount & { readonly passwordHash: string | null };

/** Has people who are signed in give their password once more. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly users: UserDirectory,
    private readonly passwords: PasswordCheck,
    private readonly conditions: PersonConditions,
  ) {}

  /**
   * Whoever has no password, because an identity provider vouches for them, must have signed in not long ago.
   *
   * @throws DomainError password_required, wrong_password, recent_auth_required, account_locked, sign_in_busy
   */
  async confirm(person: UserPrincipal, password: string | undefined, whence: Whence): Promise<void> {
    const account = await this.accountOf(person);
    if (account.passwordHash !== null) await this.check(person, account, password, whence);
    else if (!this.conditions.isFresh(person)) throw accessErrors.recent_auth_required();
  }

  /** @throws DomainError sign_in_again for whoever has no password; otherwise as {@link confirm} */
  async prove(person: UserPrincipal, password: string | undefined, whence: Whence): Promise<void> {
    const account = await this.accountOf(person);
    if (account.passwordHash === null) throw mfaErrors.sign_in_again();
    await this.check(person, account, password, whence);
  }

  async accountOf({ userId }: UserPrincipal): Promise<Account> {
    const account = await this.users.findWithPassword(userId);
    if (!account) throw accessErrors.unauthorized();
    return account;
  }

  private async check(
    person: UserPrincipal,
    account: Account,
    password: string | undefined,
    whence: Whence,
  ): Promise<void> {
    if (password === undefined) throw mfaErrors.password_required({ param: 'password' });
    const right = await this.passwords.isRight(person, account, { email: account.email, password, ...whence });
    if (!right) throw authErrors.wrong_password({ param: 'password' });
  }
}
