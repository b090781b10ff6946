import { Injectable } from '@nestjs/common';
import { personOf, type Principal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { authErrors } from '../auth.errors.js';
import { AccessEnded, SessionsEnded, SignedOut } from '../events/auth.events.js';
import { deviceOf } from './device.js';
import type { SessionEntity } from './session.entity.js';
import { SessionsRepository } from './sessions.repository.js';

/** A session that goes on, as its owner sees it. */
export interface SessionView {
  readonly id: string;
  readonly device: string;
  readonly ip: string | null;
  readonly methods: readonly string[];
  readonly current: boolean;
  readonly createdAt: Date;
  readonly lastActivity: Date;
  readonly expiresAt: Date;
}

/** Shows sessions and ends them, at once: also for access tokens that have not run out. */
@Injectable()
export class SessionKeeper {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** The newest first. */
  async list(actor: Principal, userId: string = personOf(actor).userId): Promise<SessionView[]> {
    const current = actor.kind === 'user' ? actor.sessionId : undefined;
    const found = await this.sessions.listActive(userId, this.clock.date());
    return found.map((session) => viewOf(session, current));
  }

  /** The session that asks for it. */
  async signOut(actor: Principal): Promise<void> {
    const person = personOf(actor);
    await this.work.run(async () => {
      const ended = await this.sessions.end(person.sessionId, person.userId, this.because('signed_out'));
      if (ended) await this.events.publish(new SignedOut(person));
    });
  }

  /** @throws DomainError session_not_found for one that is not that person's, or has ended */
  async endOne(actor: Principal, id: string, userId: string = personOf(actor).userId): Promise<void> {
    await this.work.run(async () => {
      const ended = await this.sessions.end(id, userId, this.because('revoked'));
      if (!ended) throw authErrors.session_not_found();
      await this.events.publish(new SessionsEnded(actor, userId, [id], 'revoked'));
    });
  }

  /** All of the actor's own but the one that asks for it. */
  async endOthers(actor: Principal): Promise<void> {
    const { userId, sessionId } = personOf(actor);
    await this.work.run(() => this.endSessions(actor, userId, 'revoked', sessionId));
  }

  /**
   * In the transaction that is open, if one is: whoever shuts somebody out takes their sessions in the same breath,
   * and what else goes on without a password.
   *
   * @param but the one that goes on
   */
  async endAllOf(actor: Principal, userId: string, reason: string, but?: string): Promise<void> {
    await this.work.run(async () => {
      await this.endSessions(actor, userId, reason, but);
      // Also where no session was left: somebody may have nothing but tokens.
      await this.events.publish(new AccessEnded(userId));
    });
  }

  private async endSessions(actor: Principal, userId: string, reason: string, but?: string): Promise<void> {
    const ended = await this.sessions.endAllOf(userId, this.because(reason), but);
    if (ended.length > 0) await this.events.publish(new SessionsEnded(actor, userId, ended, reason));
  }

  private because(reason: string): { now: Date; reason: string } {
    return { now: this.clock.date(), reason };
  }
}

function viewOf(
  { id, ip, userAgent, methods, createdAt, lastUsedAt, expiresAt }: SessionEntity,
  current: string | undefined,
): SessionView {
  return {
    id,
    device: deviceOf(userAgent),
    ip,
    methods,
    current: id === current,
    createdAt,
    lastActivity: lastUsedAt,
    expiresAt,
  };
}
