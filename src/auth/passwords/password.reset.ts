import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { PasswordWasReset } from '../events/auth.events.js';
import { PasswordHasher } from './password.hasher.js';
import { madeUpPassword } from './password.policy.js';
import { SessionKeeper } from '../sessions/session.keeper.js';

/** Gives an administrator who lost the password a new one. */
@Injectable()
export class PasswordReset {
  constructor(
    private readonly users: UserDirectory,
    private readonly passwords: PasswordHasher,
    private readonly sessions: SessionKeeper,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Ends the sessions of the account as well: who knows why the password is lost?
   *
   * @param email in canonical form
   * @returns the new password; undefined when no active administrator has that address
   */
  async run(actor: Principal, email: string): Promise<string | undefined> {
    const account = await this.users.findByEmail(email);
    if (account?.role !== 'admin' || account.status !== 'active') return undefined;
    const password = madeUpPassword(email);
    const hash = await this.passwords.hash(password);
    await this.work.run(async () => {
      await this.users.setPasswordHash(account.id, hash);
      await this.sessions.endAllOf(actor, account.id, 'password_reset');
      await this.events.publish(new PasswordWasReset(actor, account.id));
    });
    return password;
  }
}
