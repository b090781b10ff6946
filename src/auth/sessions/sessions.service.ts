import { Injectable } from '@nestjs/common';
import { personOf, type Principal, type UserPrincipal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock, type DomainError, newId } from '#libs/kernel';
import { currentRequest } from '#libs/observability';
import { type UserAccount, UserDirectory } from '../../users/user.directory.js';
import { authErrors } from '../auth.errors.js';
import { RefreshReplayed, SessionRefreshed, SignedIn, SignedOut } from '../events/auth.events.js';
import { type RefreshToken, RefreshTokens } from './refresh-token.js';
import type { SessionEntity } from './session.entity.js';
import { SessionsRepository } from './sessions.repository.js';

/** A session ends by itself when it was not used for so long. */
const IDLE_MS = 30 * 24 * 3_600_000;

/** A session and the only copy of its refresh token. */
export interface OpenSession {
  readonly principal: UserPrincipal;
  readonly account: UserAccount;
  readonly refresh: RefreshToken;
  readonly expiresAt: Date;
}

/** Opens, renews and ends sessions. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: RefreshTokens,
    private readonly users: UserDirectory,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** A session for somebody who has just proved who they are. */
  async open(account: UserAccount, methods: readonly string[]): Promise<OpenSession> {
    const now = this.clock.date();
    const session = this.begin(account, { id: newId(), methods: [...methods], authenticatedAt: now });
    const { ip = null, userAgent = null } = currentRequest() ?? {};
    await this.work.run(async () => {
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
      await this.users.noteSignIn(account.id);
      await this.events.publish(new SignedIn(session.principal));
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

  /** Whether an account has a session that was opened from the address of the present request. */
  async isUsedFromHere(userId: string | undefined): Promise<boolean> {
    const ip = currentRequest()?.ip;
    if (userId === undefined || ip === undefined) return false;
    return this.sessions.existsFrom(ip, userId, this.clock.date());
  }

  /** Ends the actor's own session, at once. */
  async end(actor: Principal): Promise<void> {
    const person = personOf(actor);
    await this.work.run(async () => {
      const ended = await this.sessions.end(person.sessionId, { now: this.clock.date(), reason: 'signed_out' });
      if (ended) await this.events.publish(new SignedOut(person));
    });
  }

  private async renew(
    actor: Principal,
    sessionId: string,
    presented: string,
  ): Promise<{ renewed: true; session: OpenSession } | { renewed: false; error: DomainError }> {
    const stored = await this.sessions.findLocked(sessionId);
    const now = this.clock.date();
    if (!stored || stored.endedAt) return { renewed: false, error: authErrors.session_ended() };
    if (!this.tokens.isPresent(presented, stored.refreshHash)) {
      await this.sessions.end(stored.id, { now, reason: 'refresh_replayed' });
      await this.events.publish(new RefreshReplayed(actor, stored.id, stored.userId));
      return { renewed: false, error: authErrors.session_ended() };
    }
    if (stored.expiresAt <= now) return { renewed: false, error: authErrors.session_expired() };
    const account = await this.users.find(stored.userId);
    if (account?.status !== 'active') return { renewed: false, error: authErrors.session_ended() };
    const session = this.begin(account, stored);
    const { refresh, expiresAt } = session;
    await this.sessions.renew(stored.id, { refreshHash: refresh.hash, now, expiresAt });
    await this.events.publish(new SessionRefreshed(session.principal));
    return { renewed: true, session };
  }

  private begin(
    account: UserAccount,
    { id: sessionId, methods, authenticatedAt }: Pick<SessionEntity, 'id' | 'methods' | 'authenticatedAt'>,
  ): OpenSession {
    const { id, role } = account;
    return {
      principal: { kind: 'user', id, userId: id, role, sessionId, methods, authenticatedAt },
      account,
      refresh: this.tokens.issue(sessionId),
      expiresAt: new Date(this.clock.now() + IDLE_MS),
    };
  }
}
