import { Injectable } from '@nestjs/common';
import { accessErrors, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { authErrors } from '../auth.errors.js';
import { NewPasswords } from '../passwords/new.passwords.js';
import { PasswordCheck } from '../protection/password.check.js';
import type { ChangePasswordDto } from './dto/recovery.request.dto.js';
import { PasswordChanged } from './events/recovery.events.js';

/** Lets people who are signed in change their password. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly users: UserDirectory,
    private readonly check: PasswordCheck,
    private readonly passwords: NewPasswords,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Ends every session but this one.
   *
   * @throws DomainError wrong_password, account_locked, password_rejected, password_reused, password_changed_meanwhile,
   * rate_limited, sign_in_busy
   */
  async change(
    actor: Principal,
    wish: ChangePasswordDto,
    { network, mark }: { network: string; mark?: string | undefined },
  ): Promise<{ message: string }> {
    const { userId, sessionId } = personOf(actor);
    await this.limits.countPassword(userId);
    const account = await this.users.findWithPassword(userId);
    if (!account) throw accessErrors.unauthorized();
    const given = { email: account.email, password: wish.currentPassword, network, mark };
    if (!(await this.check.isRight(actor, account, given)))
      throw authErrors.wrong_password({ param: 'currentPassword' });
    const hash = await this.passwords.prepare(account, wish.newPassword, network);
    await this.work.run(async () => {
      const former = await this.passwords.set(actor, userId, hash, 'password_changed', sessionId);
      // Whoever changed it meanwhile may have done so because somebody else knows the one that was given here.
      if (former !== account.passwordHash) throw authErrors.password_changed_meanwhile();
      await this.events.publish(new PasswordChanged(actor, userId));
    });
    return { message: 'The password is changed. Your other sessions are over.' };
  }
}
