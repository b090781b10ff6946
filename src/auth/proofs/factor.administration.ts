import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { UserDirectory } from '../../users/user.directory.js';
import { SecondFactorsReset } from '../events/mfa.events.js';
import { mfaErrors } from '../mfa/mfa.errors.js';
import { SECOND_FACTORS, type SecondFactor } from '../second-factors/second.factors.js';
import { SessionKeeper } from '../sessions/session.keeper.js';
import { FactorRemoval } from './factor.removal.js';

/** Lets administrators help whoever has lost the phone that proves who they are. */
@Injectable()
export class FactorAdministration {
  constructor(
    private readonly users: UserDirectory,
    private readonly removal: FactorRemoval,
    private readonly sessions: SessionKeeper,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
  ) {}

  /**
   * Ends the person's sessions and tokens as well: whoever has the lost device may be using them.
   *
   * @param kind left out for all of them
   * @throws DomainError user_not_found, own_second_factors, second_factor_not_found
   */
  async reset(actor: Principal, userId: string, kind: SecondFactor | undefined): Promise<void> {
    // A stolen session would do here without the proof that is asked for there.
    if (actor.kind === 'user' && actor.userId === userId) throw mfaErrors.own_second_factors();
    await this.users.get(userId);
    await this.work.run(async () => {
      const removed = await this.removal.remove(userId, kind === undefined ? SECOND_FACTORS : [kind]);
      if (removed.length === 0) throw mfaErrors.second_factor_not_found();
      await this.sessions.endAllOf(actor, userId, 'second_factors_reset');
      await this.events.publish(new SecondFactorsReset(actor, userId, removed));
    });
  }
}
