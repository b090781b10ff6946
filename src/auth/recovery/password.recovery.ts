import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { AccountReclaimed } from '../../users/events/user.events.js';
import { UserDirectory } from '../../users/user.directory.js';
import { AttemptLimits } from '../attempt.limits.js';
import { PasswordWasReset } from '../events/auth.events.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { NewPasswords } from '../passwords/new.passwords.js';
import type { ConfirmPasswordResetDto } from './dto/recovery.request.dto.js';
import { EmailVerified } from './events/recovery.events.js';
import { recoveryErrors } from './recovery.errors.js';

/** Lets people choose a new password with a link that they got. It opens no session and brings back no account. */
@Injectable()
export class PasswordRecovery {
  constructor(
    private readonly limits: AttemptLimits,
    private readonly links: OneTimeLinks,
    private readonly users: UserDirectory,
    private readonly passwords: NewPasswords,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Ends every session of the account. Where nobody had shown yet that the address is theirs, this does, and ends
   * every other way in: a stranger may have made the account, and waited for its owner. A password that is not taken leaves the link as good as it was.
   *
   * @throws DomainError link_invalid, password_rejected, password_reused, rate_limited, sign_in_busy
   */
  async confirm(actor: Principal, wish: ConfirmPasswordResetDto, network: string): Promise<{ message: string }> {
    await this.limits.countGuess('password-reset', network);
    const link = await this.links.find('password-reset', wish.token);
    if (!link) throw recoveryErrors.link_invalid({ param: 'token' });
    const account = await this.users.findWithPassword(link.userId);
    if (account?.status !== 'active' || !this.links.isOpen(link) || !this.links.wentTo(link, account.email)) {
      throw recoveryErrors.link_invalid({ param: 'token' });
    }
    const hash = await this.passwords.prepare(account, wish.newPassword, network);
    await this.work.run(async () => {
      if (!(await this.links.use(link))) throw recoveryErrors.link_invalid({ param: 'token' });
      await this.passwords.set(actor, account.id, hash, 'password_reset');
      if (await this.users.noteEmailVerified(account.id, account.email)) {
        await this.events.publish(new EmailVerified(actor, account.id));
        await this.events.publish(new AccountReclaimed(actor, account.id));
      }
      await this.events.publish(new PasswordWasReset(actor, account.id));
    });
    return { message: 'The password is changed. Sign in with it.' };
  }
}
