import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import type { UserAccount } from '../users/user.directory.js';
import { type SignInChallenge, SignInChallenges } from './challenges/sign-in.challenges.js';
import { SecondFactorAsked } from './events/auth.events.js';
import { areTwoFactors, SecondFactors } from './second-factors/second.factors.js';
import { SignInEligibility } from './sign-in.eligibility.js';
import { type OpenSession, SessionsService } from './sessions/sessions.service.js';

/**
 * How somebody proved who they are, in the names of RFC 8176: `pwd` a password, `otp` a one-time code, `hwk` a key
 * that never leaves its device, `user` a gesture that its device checked; beside them `fed`, the word of an identity
 * provider, and `mock`.
 */
export type AuthenticationMethod = 'pwd' | 'otp' | 'hwk' | 'user' | 'fed' | 'mock';

/** What somebody gets for a proof: a session, or the question for a second factor. */
export type Admission =
  | { readonly kind: 'session'; readonly session: OpenSession }
  | { readonly kind: 'challenge'; readonly challenge: SignInChallenge };

/**
 * The one door that every way of signing in leads through, whoever knocks: what must hold for each session that is
 * opened is asked here and nowhere else.
 */
@Injectable()
export class SignInGate {
  constructor(
    private readonly sessions: SessionsService,
    private readonly factors: SecondFactors,
    private readonly challenges: SignInChallenges,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly eligibility: SignInEligibility,
  ) {}

  /**
   * Whoever has a second factor and has not shown one is asked for it, and comes back here with the methods of both.
   *
   * @param account whose identity the methods proved
   * @param passwordHash what was compared with a password that was given: whoever resets it meanwhile shuts this door
   * @throws DomainError invalid_credentials, email_not_verified or banned for an account that may not be used
   */
  async admit(
    actor: Principal,
    account: UserAccount,
    methods: readonly AuthenticationMethod[],
    passwordHash?: string,
  ): Promise<Admission> {
    const challenge = await this.examine(actor, account, methods, passwordHash);
    if (challenge) return { kind: 'challenge', challenge };
    return { kind: 'session', session: await this.sessions.open(account, methods, passwordHash) };
  }

  /**
   * The same without a session, for whoever gets something else.
   *
   * @returns the question for a second factor; undefined when nothing is asked
   * @throws DomainError invalid_credentials, email_not_verified or banned for an account that may not be used
   */
  async examine(
    actor: Principal,
    account: UserAccount,
    methods: readonly AuthenticationMethod[],
    passwordHash?: string,
  ): Promise<SignInChallenge | undefined> {
    await this.eligibility.mustBeEligible(actor, account);
    const factors = areTwoFactors(methods) ? [] : await this.factors.of(account.id);
    if (factors.length === 0) return undefined;
    return this.work.run(async () => {
      if (passwordHash !== undefined) await this.eligibility.mustHold(account, passwordHash);
      const challenge = await this.challenges.issue(account.id, methods, factors);
      await this.events.publish(new SecondFactorAsked(actor, account.id, challenge.id, factors));
      return challenge;
    });
  }
}
