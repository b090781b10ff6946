import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { SignInChallenges } from '../challenges/sign-in.challenges.js';
import { OneTimeLinks } from '../links/one-time.links.js';
import { SessionKeeper } from '../sessions/session.keeper.js';

/** Ends what somebody who knew the old password may have begun with it, or left open. */
@Injectable()
export class LooseEnds {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly challenges: SignInChallenges,
    private readonly sessions: SessionKeeper,
  ) {}

  /**
   * Within the transaction that replaces the password.
   *
   * @param but the session that goes on
   */
  async tie(actor: Principal, userId: string, reason: string, but?: string): Promise<void> {
    await this.links.expire(userId, 'password-reset');
    // An address that a thief asked for before would take the account back later.
    await this.links.expire(userId, 'change-email');
    await this.challenges.endAllOf(userId);
    await this.sessions.endAllOf(actor, userId, reason, but);
  }
}
