import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import type { UserAccount } from '../../users/user.directory.js';
import { AccountLocked } from '../events/auth.events.js';
import { AccountLockout } from '../protection/account.lockout.js';
import { OneTimeCodes } from './one-time.codes.js';

/** Looks at codes: the only way to, so that each wrong one counts, wherever it is asked for. */
@Injectable()
export class CodeCheck {
  constructor(
    private readonly codes: OneTimeCodes,
    private readonly lockout: AccountLockout,
    private readonly events: EventBus,
  ) {}

  /** Whether the code is right. It is used up by that. @throws DomainError account_locked */
  async isRight(actor: Principal, { id, email }: UserAccount, code: string): Promise<boolean> {
    const { right, lock } = await this.lockout.attempt({ email, guessed: 'code' }, () => this.codes.accept(id, code));
    if (lock.kind !== 'open') {
      await this.events.publish(new AccountLocked(actor, id, lock.kind === 'locked' ? lock.minutes : null));
    }
    return right;
  }
}
