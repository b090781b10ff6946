import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { httpErrors } from '#libs/http';
import { canonicalEmail } from '#libs/kernel';
import { UserDirectory } from '../users/user.directory.js';
import type { SignInDto } from './dto/auth.request.dto.js';
import { DirectorySignIn } from './ldap/directory.sign-in.js';
import type { Whence } from './sessions/whence.decorator.js';
import type { Admission } from './sign-in.gate.js';
import { SignInService } from './sign-in.service.js';

/** Lets people in by a name and a password: who has a password here by that one, everybody else by a directory's. */
@Injectable()
export class PasswordSignIn {
  constructor(
    private readonly users: UserDirectory,
    private readonly local: SignInService,
    private readonly directory: DirectorySignIn,
  ) {}

  /** @throws what signing in here and there throws */
  async signIn(actor: Principal, { email, username, password }: SignInDto, whence: Whence): Promise<Admission> {
    const given = email ?? username;
    if (given === undefined || (email !== undefined && username !== undefined)) {
      throw httpErrors.validation_failed({ message: 'Say either email or username.', param: 'email' });
    }
    const name = canonicalEmail(given);
    const account = await this.users.findByEmail(name);
    if (!this.directory.isPossible || (account && account.passwordHash !== null)) {
      return this.local.signIn(actor, { email: name, password }, whence);
    }
    return this.directory.signIn(actor, account, { name, password, ...whence });
  }
}
