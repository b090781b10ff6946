import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '#libs/access';
import { UnitOfWork } from '#libs/database';
import { EventBus } from '#libs/events';
import { Clock } from '#libs/kernel';
import { SessionsEnded } from '../events/auth.events.js';
import { areTwoFactors } from '../second-factors/second.factors.js';
import { SessionsRepository } from './sessions.repository.js';

/** Keeps what sessions were proved by, and ends those whose proof no longer counts. */
@Injectable()
export class SessionProofs {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly work: UnitOfWork,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** The person has just proved who they are, by these methods, in the session that acts. @returns when that was */
  async renew({ sessionId }: UserPrincipal, methods: readonly string[]): Promise<Date> {
    const now = this.clock.date();
    await this.sessions.prove(sessionId, methods, now);
    return now;
  }

  /** The session is proved by these methods as well; when that was begun remains. */
  async strengthen({ sessionId, methods: former }: UserPrincipal, methods: readonly string[]): Promise<void> {
    await this.sessions.setMethods(sessionId, [...new Set([...former, ...methods])]);
  }

  /** Ends a person's sessions that a single factor opened, but for the one that acts. */
  async endOthersWithout(actor: UserPrincipal, reason: string): Promise<void> {
    await this.endOthers(actor, reason, (methods) => !areTwoFactors(methods));
  }

  /** Ends a person's sessions that were proved by a method, but for the one that acts. */
  async endOthersBy(actor: UserPrincipal, method: string, reason: string): Promise<void> {
    await this.endOthers(actor, reason, (methods) => methods.includes(method));
  }

  private async endOthers(
    actor: UserPrincipal,
    reason: string,
    isMeant: (methods: readonly string[]) => boolean,
  ): Promise<void> {
    const { userId, sessionId } = actor;
    await this.work.run(async () => {
      const now = this.clock.date();
      const active = await this.sessions.listActive(userId, now);
      const meant = active.filter(({ id, methods }) => id !== sessionId && isMeant(methods)).map(({ id }) => id);
      for (const id of meant) await this.sessions.end(id, userId, { now, reason });
      if (meant.length > 0) await this.events.publish(new SessionsEnded(actor, userId, meant, reason));
    });
  }
}
