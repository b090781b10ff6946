import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { AccountUnlocked } from '../events/auth.events.js';
import { IdentitiesRepository } from '../federation/identities/identities.repository.js';
import { AccountLockout } from './account.lockout.js';
import { entryKey } from './entry.key.js';

/** How a person stands who has tried wrong passwords or codes, here or at a directory, or for whom others have. */
export interface LockStanding {
  readonly userId: string;
  readonly locked: boolean;
  /** Null while it is not locked, and where no time unlocks it. */
  readonly lockedUntil: Date | null;
  readonly failures: number;
}

/** Shows administrators who is locked out, and lets those people in again. */
@Injectable()
export class LockoutAdministration {
  constructor(
    private readonly lockout: AccountLockout,
    private readonly users: UserDirectory,
    private readonly identities: IdentitiesRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError user_not_found */
  async standing(_actor: Principal, id: string): Promise<LockStanding> {
    const { email } = await this.users.get(id);
    const entries = (await this.identities.listOf(id)).map(entryKey);
    const { count, lockedUntil, isFinal } = await this.lockout.standing([
      { email },
      { email, guessed: 'code' },
      ...entries.map((key) => ({ email: key, guessed: 'directory' as const })),
    ]);
    const isLocked = lockedUntil !== null && lockedUntil.getTime() > this.clock.now();
    return { userId: id, locked: isFinal || isLocked, lockedUntil: isLocked ? lockedUntil : null, failures: count };
  }

  /** @throws DomainError user_not_found */
  async unlock(actor: Principal, id: string): Promise<LockStanding> {
    const { email } = await this.users.get(id);
    await this.work.run(async () => {
      await this.lockout.unlock(email);
      await this.events.publish(new AccountUnlocked(actor, id));
    });
    return this.standing(actor, id);
  }
}
