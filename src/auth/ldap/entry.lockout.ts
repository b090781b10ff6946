import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { DomainError } from '#libs/kernel';
import { AccountLocked } from '../events/auth.events.js';
import { KnownIdentities } from '../federation/identities/known.identities.js';
import { AccountLockout } from '../protection/account.lockout.js';
import { type DirectoryEntry, entryKey } from '../protection/entry.key.js';

/** Counts wrong passwords by who is meant: every name that finds an entry leads to the same few guesses. */
@Injectable()
export class EntryLockout {
  constructor(
    private readonly lockout: AccountLockout,
    private readonly identities: KnownIdentities,
    private readonly events: EventBus,
  ) {}

  /**
   * Whether the password was looked at and is right. A locked entry is answered like a wrong password: that two names
   * are one person's is nobody's business.
   */
  async attempt(actor: Principal, entry: DirectoryEntry, proof: () => Promise<boolean>): Promise<boolean> {
    try {
      const { right, lock } = await this.lockout.attempt({ guessed: 'directory', email: entryKey(entry) }, proof);
      if (lock.kind !== 'open' && entry.isNobody !== true)
        await this.note(actor, entry, lock.kind === 'locked' ? lock.minutes : null);
      return right;
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'locked') return false;
      throw error;
    }
  }

  private async note(actor: Principal, { issuer, subject }: DirectoryEntry, minutes: number | null): Promise<void> {
    const known = await this.identities.find(issuer, subject);
    await this.events.publish(new AccountLocked(actor, known?.userId, minutes));
  }
}
