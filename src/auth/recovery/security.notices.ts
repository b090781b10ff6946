import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { Mailer } from '#libs/mail';
import { UserDirectory } from '../../users/user.directory.js';
import { PasswordWasReset } from '../events/auth.events.js';
import { PasswordChanged } from './events/recovery.events.js';
import { noticeLetter } from './letters.js';

/** Tells people by mail what was done to their account, whoever did it. */
@Injectable()
export class SecurityNotices {
  constructor(
    private readonly users: UserDirectory,
    private readonly mailer: Mailer,
  ) {}

  @OnEvent(PasswordChanged, 'in-transaction')
  onPasswordChanged({ userId }: PasswordChanged): Promise<void> {
    return this.tell(userId, 'The password of your account was changed');
  }

  @OnEvent(PasswordWasReset, 'in-transaction')
  onPasswordReset({ userId }: PasswordWasReset): Promise<void> {
    return this.tell(userId, 'The password of your account was reset');
  }

  private async tell(userId: string, what: string): Promise<void> {
    const account = this.mailer.canMail ? await this.users.find(userId) : undefined;
    if (account) await this.mailer.mail(noticeLetter(account.email, what));
  }
}
