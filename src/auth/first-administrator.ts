import { Injectable } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { canonicalEmail } from '#libs/kernel';
import { UserDirectory } from '../users/user.directory.js';
import { authConfig } from './auth.config.js';
import { PasswordHasher } from './passwords/password.hasher.js';
import { madeUpPassword } from './passwords/password.policy.js';

/** Sees to it that somebody can administer a new house. */
@Injectable()
export class FirstAdministrator {
  constructor(
    private readonly users: UserDirectory,
    private readonly passwords: PasswordHasher,
    @InjectConfig(authConfig) private readonly config: ConfigOf<typeof authConfig>,
  ) {}

  /**
   * Makes the administrator of the configuration, unless there is one.
   *
   * @returns the new account, with its password when it was made up here; undefined when one existed
   */
  async ensure(): Promise<{ email: string; password?: string } | undefined> {
    if (await this.users.hasAdministrator()) return undefined;
    const email = canonicalEmail(this.config.adminEmail);
    const given = this.config.adminPassword;
    const password = given ?? madeUpPassword(email);
    const made = await this.users.createFirstAdministrator(SYSTEM, {
      email,
      name: 'Administrator',
      passwordHash: await this.passwords.hash(password),
    });
    if (!made) return undefined;
    return given === undefined ? { email, password } : { email };
  }
}
