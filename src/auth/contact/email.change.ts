import { Injectable } from '@nestjs/common';
import { accessErrors, personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { authErrors } from '../auth.errors.js';
import { PasswordCheck } from '../protection/password.check.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { ChangeEmailDto } from './dto/contact.request.dto.js';
import { EmailChangeLetters } from './email-change.letters.js';
import { EmailChangeRequested } from './events/contact.events.js';

/** Lets people change the address of their account: to one that they have shown to be theirs. */
@Injectable()
export class EmailChange {
  constructor(
    private readonly users: UserDirectory,
    private readonly check: PasswordCheck,
    private readonly letters: EmailChangeLetters,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Says nothing of who has the address: whoever reads the mail that goes there finds out from it.
   *
   * @throws DomainError mail_not_configured, wrong_password, account_locked, rate_limited, sign_in_busy
   */
  async request(
    actor: Principal,
    { email, currentPassword }: ChangeEmailDto,
    whence: Whence,
  ): Promise<{ message: string }> {
    const { userId } = personOf(actor);
    await this.letters.mayAsk(whence.network, userId);
    const account = await this.users.findWithPassword(userId);
    if (!account) throw accessErrors.unauthorized();
    const given = { email: account.email, password: currentPassword, ...whence };
    if (!(await this.check.isRight(actor, account, given)))
      throw authErrors.wrong_password({ param: 'currentPassword' });
    await this.work.run(async () => {
      await this.events.publish(new EmailChangeRequested(actor, userId));
      await this.letters.add({ userId, email });
    });
    return { message: 'A mail with a link is on its way to the new address.' };
  }
}
