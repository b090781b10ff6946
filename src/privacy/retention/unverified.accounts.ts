import { Injectable } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { UserDirectory } from '../../users/user.directory.js';
import { AccountDeletion } from '../account.deletion.js';

/**
 * Accounts that somebody made with an address that they have not shown to be theirs. Whoever has signed in, an
 * administrator, and whoever comes from an identity provider or a directory, is none of them.
 */
@Injectable()
export class UnverifiedAccounts {
  constructor(
    private readonly users: UserDirectory,
    private readonly deletions: AccountDeletion,
  ) {}

  count(before: Date): Promise<number> {
    return this.users.countUnverified(before);
  }

  async remove(before: Date, most: number): Promise<number> {
    const ids = await this.users.listUnverified(before, most);
    for (const id of ids) await this.deletions.delete(SYSTEM, id);
    return ids.length;
  }
}
