import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { authErrors } from '../auth.errors.js';
import { FormerPasswordsRepository } from './former-passwords.repository.js';
import { LooseEnds } from './loose.ends.js';
import { PasswordHasher } from './password.hasher.js';
import { brokenPasswordRules } from './password.policy.js';

/** Beside the present one. */
const REMEMBERED = 5;

/** Whose password it is to be. */
export interface PasswordOwner {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string | null;
}

/** Gives accounts new passwords: none that they had lately, and never without ending what the old one opened. */
@Injectable()
export class NewPasswords {
  constructor(
    private readonly users: UserDirectory,
    private readonly hasher: PasswordHasher,
    private readonly former: FormerPasswordsRepository,
    private readonly ends: LooseEnds,
    private readonly clock: Clock,
  ) {}

  /**
   * Hashes a password that may become that of the account. Takes long, so no transaction may be open.
   *
   * @throws DomainError password_rejected, password_reused, sign_in_busy
   */
  async prepare(owner: PasswordOwner, password: string, network: string): Promise<string> {
    const broken = brokenPasswordRules(password, owner.email);
    if (broken.length > 0) throw authErrors.password_rejected({ param: 'newPassword', details: broken });
    const earlier = await this.former.list(owner.id, REMEMBERED);
    for (const hash of [...(owner.passwordHash === null ? [] : [owner.passwordHash]), ...earlier]) {
      if (await this.hasher.verify(hash, password, network)) throw authErrors.password_reused({ param: 'newPassword' });
    }
    return this.hasher.hash(password, network);
  }

  /**
   * Within a transaction: the hash is that of the account from now on.
   *
   * @param but the session that goes on
   * @returns the hash that it replaced
   */
  async set(actor: Principal, userId: string, hash: string, reason: string, but?: string): Promise<string | null> {
    const former = await this.users.replacePasswordHash(userId, hash);
    if (former !== null) await this.former.add(userId, former, { most: REMEMBERED, now: this.clock.date() });
    await this.ends.tie(actor, userId, reason, but);
    return former;
  }
}
