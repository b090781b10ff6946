import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { UserPrincipal } from '#libs/access';
import { OnEvent } from '#libs/events';
import { Clock } from '#libs/kernel';
import { UserUpdated } from '../users/events/user.events.js';
import { UserDirectory } from '../users/user.directory.js';
import { AccessTokens } from './access-token.js';
import { RefreshReplayed, SignedOut } from './events/auth.events.js';
import { SessionsRepository } from './sessions.repository.js';

/** How long another replica may take to notice that a session has ended. Here it is noticed at once. */
const STALE_MS = 5_000;
const MOST_SESSIONS = 10_000;

/** Finds out whose session an access token belongs to, and whether it still goes on. */
@Injectable()
export class SessionVerifier {
  private readonly principals = new LRUCache<string, UserPrincipal>({ max: MOST_SESSIONS, ttl: STALE_MS });
  /** Counts what was forgotten, so that an answer read before is not remembered after. */
  private generation = 0;

  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionsRepository,
    private readonly users: UserDirectory,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined when the token is not good, the session has ended or the account may not be used */
  async verify(token: string): Promise<UserPrincipal | undefined> {
    const claims = await this.tokens.read(token);
    if (!claims) return undefined;
    const known = this.principals.get(claims.sessionId);
    if (known) return known;
    const { generation } = this;
    const { sessionId, userId } = claims;
    const [active, account] = await Promise.all([
      this.sessions.existsActive(sessionId, userId, this.clock.date()),
      this.users.find(userId),
    ]);
    if (!active || account?.status !== 'active') return undefined;
    const principal: UserPrincipal = { kind: 'user', id: userId, userId, role: account.role, sessionId };
    if (generation === this.generation) this.principals.set(sessionId, principal);
    return principal;
  }

  @OnEvent(SignedOut, 'after-commit')
  onSignedOut({ sessionId }: SignedOut): void {
    this.forget(sessionId);
  }

  @OnEvent(RefreshReplayed, 'after-commit')
  onRefreshReplayed({ sessionId }: RefreshReplayed): void {
    this.forget(sessionId);
  }

  /** A new role or status holds from the next request on. */
  @OnEvent(UserUpdated, 'after-commit')
  onUserUpdated({ user }: UserUpdated): void {
    for (const [sessionId, { userId }] of this.principals.entries()) if (userId === user.id) this.forget(sessionId);
    this.generation += 1;
  }

  private forget(sessionId: string): void {
    this.generation += 1;
    this.principals.delete(sessionId);
  }
}
