import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import { DomainError } from '#libs/kernel';
import type { UserAccount } from '../../users/user.directory.js';
import { AccountLocked, SignInFailed } from '../events/auth.events.js';
import { PasswordHasher } from '../passwords/password.hasher.js';
import { AccountLockout, type TryOutcome } from './account.lockout.js';
import { KnownDevices } from '../sessions/known.devices.js';
import type { Whence } from '../sessions/whence.decorator.js';

/** A password that somebody gives, for whom, and from where. */
export interface GivenPassword extends Whence {
  /** In canonical form, whether there is such an account or not. */
  readonly email: string;
  readonly password: string;
  /** Asks whoever else may know the password, where none is kept here; a known device is counted by itself already. */
  readonly elsewhere?: (isDeviceKnown: boolean) => Promise<boolean>;
}

type Account = UserAccount & { readonly passwordHash: string | null };

/** Looks at passwords: the only way to, so that each wrong one counts, wherever it is asked for. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly passwords: PasswordHasher,
    private readonly lockout: AccountLockout,
    private readonly devices: KnownDevices,
    private readonly events: EventBus,
  ) {}

  /**
   * Whether this is the password of an account that may be used. A missing account costs as much as a wrong password,
   * and locks in the same way.
   *
   * @throws DomainError account_locked, sign_in_busy
   */
  async isRight(actor: Principal, account: Account | undefined, given: GivenPassword): Promise<boolean> {
    const { email, password, network, mark, elsewhere } = given;
    const device = this.devices.read(mark, account?.id);
    const { right, lock } = await this.attempt(actor, account, given, () =>
      this.lockout.attempt({ email, device }, async () => {
        const matches = await this.passwords.verify(account?.passwordHash, password, network);
        if (matches && account?.status === 'active') return true;
        return elsewhere !== undefined && elsewhere(device !== undefined);
      }),
    );
    if (right) return true;
    await this.events.publish(new SignInFailed(actor, email, account?.id));
    if (lock.kind !== 'open') {
      const minutes = lock.kind === 'locked' ? lock.minutes : null;
      await this.events.publish(new AccountLocked(actor, account?.id, minutes));
    }
    return false;
  }

  private async attempt(
    actor: Principal,
    account: Account | undefined,
    { email }: GivenPassword,
    attempt: () => Promise<TryOutcome>,
  ): Promise<TryOutcome> {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'locked') {
        await this.events.publish(new SignInFailed(actor, email, account?.id, error.code));
      }
      throw error;
    }
  }
}
