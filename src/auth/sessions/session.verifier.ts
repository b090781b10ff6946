import { Injectable } from '@nestjs/common';
import { Duties, type UserPrincipal } from '#libs/access';
import { ReadThroughCache } from '#libs/cache';
import { ChangeFeed, OnEvent } from '#libs/events';
import { Clock } from '#libs/kernel';
import { UserBanned, UserUnbanned, UserUpdated } from '../../users/events/user.events.js';
import { AccessTokens } from './access-token.js';
import { RefreshReplayed, SessionsEnded, SignedOut } from '../events/auth.events.js';
import { Reauthenticated } from '../events/mfa.events.js';
import { type BannedPerson, SessionReader } from './session.reader.js';

/** The longest that the end of a session goes unnoticed where even the feed of changes fails. */
const STALE_MS = 5_000;
const MOST_SESSIONS = 10_000;
const UUID_LENGTH = 36;

/** What an access token is worth now. */
export type TokenStanding =
  { readonly valid: true; readonly userId: string; readonly expiresAt: Date } | { readonly valid: false };

/** Finds out whose session an access token belongs to, and whether it still goes on. */
@Injectable()
export class SessionVerifier {
  private readonly principals = new ReadThroughCache((key) => this.read(key), {
    freshMs: STALE_MS,
    // Not a moment longer while the database is away: a session may have ended meanwhile.
    keptMs: STALE_MS,
    max: MOST_SESSIONS,
    labelsOf: ({ userId }) => [userId],
  });

  constructor(
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionReader,
    private readonly clock: Clock,
    changes: ChangeFeed,
    duties: Duties,
  ) {
    changes.on('sessions', (ids) => this.principals.evict(ids.replace(' ', '')));
    changes.on('users', (id) => this.forgetPerson(id));
    changes.onGap(() => this.principals.clear());
    duties.onChange((id) => (id === undefined ? this.principals.clear() : this.forgetPerson(id)));
  }

  /** @returns undefined when the token is not good, the session has ended or the account may not be used */
  async verify(token: string): Promise<UserPrincipal | BannedPerson | undefined> {
    const claims = await this.tokens.read(token);
    if (!claims) return undefined;
    const key = claims.sessionId + claims.userId;
    const found = await this.principals.get(key);
    if (found?.kind !== 'banned' || found.until > this.clock.date()) return found;
    this.principals.evict(key);
    return this.principals.get(key);
  }

  async standing(token: string): Promise<TokenStanding> {
    const claims = await this.tokens.read(token);
    if (!claims || (await this.verify(token))?.kind !== 'user') return { valid: false };
    const { userId, expiresAt } = claims;
    return { valid: true, userId, expiresAt };
  }

  @OnEvent(SignedOut, 'after-commit')
  onSignedOut({ actor: { sessionId, userId } }: SignedOut): void {
    this.principals.evict(sessionId + userId);
  }

  @OnEvent(RefreshReplayed, 'after-commit')
  onRefreshReplayed({ sessionId, userId }: RefreshReplayed): void {
    this.principals.evict(sessionId + userId);
  }

  @OnEvent(Reauthenticated, 'after-commit')
  onReauthenticated({ actor: { sessionId, userId } }: Reauthenticated): void {
    this.principals.evict(sessionId + userId);
  }

  @OnEvent(SessionsEnded, 'after-commit')
  onSessionsEnded({ sessionIds, userId }: SessionsEnded): void {
    for (const sessionId of sessionIds) this.principals.evict(sessionId + userId);
  }

  /** A new role or status holds from the next request on. It is rare enough to ask again for everybody. */
  @OnEvent(UserUpdated, 'after-commit')
  onUserUpdated(): void {
    this.principals.clear();
  }

  @OnEvent(UserBanned, 'after-commit')
  onUserBanned({ userId }: UserBanned): void {
    this.forgetPerson(userId);
  }

  @OnEvent(UserUnbanned, 'after-commit')
  onUserUnbanned({ userId }: UserUnbanned): void {
    this.forgetPerson(userId);
  }

  private forgetPerson(id: string): void {
    this.principals.evictLabelled(id);
  }

  private read(key: string): Promise<UserPrincipal | BannedPerson | undefined> {
    return this.sessions.read(key.slice(0, UUID_LENGTH), key.slice(UUID_LENGTH));
  }
}
