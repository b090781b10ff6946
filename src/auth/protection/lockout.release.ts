import { Injectable } from '@nestjs/common';
import { EventBus, OnEvent } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { AccountUnlocked, PasswordWasReset } from '../events/auth.events.js';
import { AccountLockout } from './account.lockout.js';

/**
 * Lets whoever got a new password by mail, or from the operator, use it: what was guessed wrong was another one.
 * Otherwise strangers could lock the only administrator out for good.
 */
@Injectable()
export class LockoutRelease {
  constructor(
    private readonly lockout: AccountLockout,
    private readonly users: UserDirectory,
    private readonly events: EventBus,
  ) {}

  @OnEvent(PasswordWasReset, 'in-transaction')
  async onPasswordReset({ actor, userId }: PasswordWasReset): Promise<void> {
    const account = await this.users.find(userId);
    if (account && (await this.lockout.unlock(account.email))) {
      await this.events.publish(new AccountUnlocked(actor, userId));
    }
  }
}
