import { Injectable } from '@nestjs/common';
import { Duties, type UserPrincipal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { UserDirectory } from '../../users/user.directory.js';
import { areTwoFactors, SecondFactors } from '../second-factors/second.factors.js';
import { SessionsRepository } from './sessions.repository.js';

/** Somebody who may not come in for a while, whether their session goes on or not. */
export interface BannedPerson {
  readonly kind: 'banned';
  readonly userId: string;
  readonly until: Date;
}

/** Reads from the database who is behind a session, and what holds for them now. */
@Injectable()
export class SessionReader {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly users: UserDirectory,
    private readonly factors: SecondFactors,
    private readonly duties: Duties,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined when the session has ended or the account may not be used */
  async read(sessionId: string, userId: string): Promise<UserPrincipal | BannedPerson | undefined> {
    const [session, account, factors] = await Promise.all([
      this.sessions.findActive(sessionId, userId, this.clock.date()),
      this.users.find(userId),
      this.factors.of(userId),
    ]);
    if (account?.status !== 'active') return undefined;
    const { bannedUntil } = account;
    if (bannedUntil && bannedUntil > this.clock.date()) return { kind: 'banned', userId, until: bannedUntil };
    if (!session) return undefined;
    const { methods, authenticatedAt } = session;
    const { role } = account;
    const hasSecondFactor = factors.length > 0;
    return {
      kind: 'user',
      id: userId,
      userId,
      role,
      sessionId,
      methods,
      authenticatedAt,
      isFullyProved: !hasSecondFactor || areTwoFactors(methods),
      duties: await this.duties.of({ userId, role, hasSecondFactor }),
    };
  }
}
