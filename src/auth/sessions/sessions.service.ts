import { Injectable } from '@nestjs/common';
import type { Principal, UserPrincipal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { type DomainError, newId } from '#libs/kernel';
import { currentRequest } from '#libs/observability';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { authErrors } from '../auth.errors.js';
import { RefreshReplayed, SessionRefreshed, SessionsEnded, SignedIn } from '../events/auth.events.js';
import { type RefreshToken, RefreshTokens } from './refresh-token.js';
import type { SessionEntity } from './session.entity.js';
import { SessionTerms } from './session.terms.js';
import { SessionsRepository } from './sessions.repository.js';

/** A session and the only copy of its refresh token. */
export interface OpenSession {
  readonly principal: UserPrincipal;
  readonly account: UserAccount;
  readonly refresh: RefreshToken;
  readonly expiresAt: Date;
}

/** Opens and renews sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: RefreshTokens,
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly terms: SessionTerms,
  ) {}

  /**
   * A session for somebody who has just proved who they are. It ends their oldest where they have too many.
   *
   * @param passwordHash what was compared with the password that was given, if one was
   * @throws DomainError invalid_credentials for an account that was shut meanwhile, or has another password by now
   */
  async open(account: UserAccount, methods: readonly string[], passwordHash?: string): Promise<OpenSession> {
    const now = this.terms.now();
    const session = this.begin(
      account,
      { id: newId(), methods: [...methods], authenticatedAt: now, createdAt: now },
      now,
    );
    const { ip = null, userAgent = null } = currentRequest() ?? {};
    await this.work.run(async () => {
      // Locks the account until the commit: sign-ins of one person are counted one by one, and nobody shuts it meanwhile.
      if (!(await this.users.noteSignIn(account.id, passwordHash))) throw authErrors.invalid_credentials();
      await this.sessions.insert({
        id: session.principal.sessionId,
        userId: account.id,
        refreshHash: session.refresh.hash,
        ip,
        userAgent,
        methods: [...methods],
        authenticatedAt: now,
        createdAt: now,
        lastUsedAt: now,
        expiresAt: session.expiresAt,
        endedAt: null,
        endReason: null,
      });
      await this.events.publish(new SignedIn(session.principal));
      const ended = await this.sessions.endBeyond(this.terms.most, account.id, { now, reason: 'too_many' });
      if (ended.length > 0) {
        await this.events.publish(new SessionsEnded(session.principal, account.id, ended, 'too_many'));
      }
    });
    return session;
  }

  /**
   * Changes a refresh token for a new one. A token that was changed before is in two hands: its session ends.
   *
   * @throws DomainError session_ended, session_expired
   */
  async refresh(actor: Principal, presented: string | undefined): Promise<OpenSession> {
    if (presented === undefined) {
      throw authErrors.session_ended({ message: 'This request has no refresh cookie. Sign in first.' });
    }
    const sessionId = this.tokens.read(presented);
    if (sessionId === undefined) throw authErrors.session_ended();
    const outcome = await this.work.run(() => this.renew(actor, sessionId, presented));
    // Thrown out here, so that the end of a replayed session is committed.
    if (!outcome.renewed) throw outcome.error;
    return outcome.session;
  }

  private async renew(
    actor: Principal,
    sessionId: string,
    presented: string,
  ): Promise<{ renewed: true; session: OpenSession } | { renewed: false; error: DomainError }> {
    const stored = await this.sessions.findLocked(sessionId);
    const now = this.terms.now();
    if (!stored || stored.endedAt) return { renewed: false, error: authErrors.session_ended() };
    if (!this.tokens.isPresent(presented, stored.refreshHash)) {
      await this.sessions.end(stored.id, stored.userId, { now, reason: 'refresh_replayed' });
      await this.events.publish(new RefreshReplayed(actor, stored.id, stored.userId));
      return { renewed: false, error: authErrors.session_ended() };
    }
    if (stored.expiresAt <= now) return { renewed: false, error: authErrors.session_expired() };
    const account = await this.users.find(stored.userId);
    if (account?.status !== 'active') return { renewed: false, error: authErrors.session_ended() };
    const session = this.begin(account, stored, now);
    const { refresh, expiresAt } = session;
    await this.sessions.renew(stored.id, { refreshHash: refresh.hash, now, expiresAt });
    await this.events.publish(new SessionRefreshed(session.principal));
    return { renewed: true, session };
  }

  private begin(
    account: UserAccount,
    session: Pick<SessionEntity, 'id' | 'methods' | 'authenticatedAt' | 'createdAt'>,
    now: Date,
  ): OpenSession {
    const { id, role } = account;
    const { id: sessionId, methods, authenticatedAt, createdAt } = session;
    // The gate saw to the proof, and what the person owes is asked at their next request.
    const standing = { isFullyProved: true, duties: [] };
    return {
      principal: { kind: 'user', id, userId: id, role, sessionId, methods, authenticatedAt, ...standing },
      account,
      refresh: this.tokens.issue(sessionId),
      expiresAt: this.terms.end(createdAt, now),
    };
  }
}
