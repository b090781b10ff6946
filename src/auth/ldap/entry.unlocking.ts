import { Injectable } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { AccountUnlocked } from '../events/auth.events.js';
import { IdentitiesRepository } from '../federation/identities/identities.repository.js';
import { AccountLockout } from '../protection/account.lockout.js';
import { entryKey } from '../protection/entry.key.js';

/** Whom an administrator unlocks can sign in with a directory again too. */
@Injectable()
export class EntryUnlocking {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly lockout: AccountLockout,
  ) {}

  @OnEvent(AccountUnlocked, 'in-transaction')
  async unlockEntries({ userId }: AccountUnlocked): Promise<void> {
    for (const identity of await this.identities.listOf(userId)) await this.lockout.unlock(entryKey(identity));
  }
}
