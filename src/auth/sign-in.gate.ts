import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { EventBus } from '#libs/events';
import type { UserAccount } from '../users/user.directory.js';
import { authErrors } from './auth.errors.js';
import { SignInFailed } from './events/auth.events.js';
import { type OpenSession, SessionsService } from './sessions/sessions.service.js';

/**
 * How somebody proved who they are, in the names of RFC 8176: `pwd` a password, `otp` a one-time code, `hwk` a key
 * that never leaves its device, `user` a gesture that its device checked; beside them `fed`, the word of an identity
 * provider, and `mock`.
 */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'user' | 'fed' | 'mock';

/**
 * The one door that every way of signing in leads through, whoever knocks: what must hold for each session that is
 * opened is asked here and nowhere else.
 */
@Injectable()
export class SignInGate {
  constructor(
    private readonly sessions: SessionsService,
    private readonly events: EventBus,
  ) {}

  /**
   * @param account whose identity the methods proved
   * @throws DomainError invalid_credentials for an account that may not be used
   */
  async admit(actor: Principal, account: UserAccount, methods: readonly AuthenticationMethod[]): Promise<OpenSession> {
    if (account.status !== 'active') {
      await this.events.publish(new SignInFailed(actor, account.email, account.id));
      throw authErrors.invalid_credentials();
    }
    return this.sessions.open(account, methods);
  }
}
