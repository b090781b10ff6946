import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { PasswordWasReset } from '../events/auth.events.js';
import { NewPasswords } from './new.passwords.js';
import { PasswordHasher } from './password.hasher.js';
import { madeUpPassword } from './password.policy.js';

/** Gives an administrator who lost the password a new one. */
@Injectable()
export class PasswordReset {
  constructor(
    private readonly users: UserDirectory,
    private readonly hasher: PasswordHasher,
    private readonly passwords: NewPasswords,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Ends all that the old one opened as well: who knows why it is lost?
   *
   * @param email in canonical form
   * @returns the new password; undefined when no active administrator has that address
   */
  async run(actor: Principal, email: string): Promise<string | undefined> {
    const account = await this.users.findByEmail(email);
    if (account?.role !== 'admin' || account.status !== 'active') return undefined;
    const password = madeUpPassword(email);
    const hash = await this.hasher.hash(password);
    await this.work.run(async () => {
      await this.passwords.set(actor, account.id, hash, 'password_reset');
      await this.events.publish(new PasswordWasReset(actor, account.id));
    });
    return password;
  }
}
