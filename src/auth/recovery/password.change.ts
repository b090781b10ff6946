import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { authErrors } from '../auth.errors.js';
import { NewPasswords } from '../passwords/new.passwords.js';
import { OwnPassword } from '../protection/own.password.js';
import type { Whence } from '../sessions/whence.decorator.js';
import type { ChangePasswordDto } from './dto/recovery.request.dto.js';
import { PasswordChanged } from './events/recovery.events.js';

/** Lets people who are signed in change their password. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly password: OwnPassword,
    private readonly passwords: NewPasswords,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Ends every session but this one.
   *
   * @throws DomainError password_rejected, password_reused, password_changed_meanwhile, and as {@link OwnPassword.demand}
   */
  async change(
    actor: Principal,
    { currentPassword, newPassword }: ChangePasswordDto,
    whence: Whence,
  ): Promise<{ message: string }> {
    const person = personOf(actor);
    const { userId, sessionId } = person;
    const account = await this.password.demand(person, currentPassword, whence, 'currentPassword');
    const hash = await this.passwords.prepare(account, newPassword, whence.network);
    await this.work.run(async () => {
      const former = await this.passwords.set(actor, userId, hash, 'password_changed', sessionId);
      // Whoever changed it meanwhile may have done so because somebody else knows the one that was given here.
      if (former !== account.passwordHash) throw authErrors.password_changed_meanwhile();
      await this.events.publish(new PasswordChanged(actor, userId));
    });
    return { message: 'The password is changed. Your other sessions are over.' };
  }
}
