import { Injectable } from '@nestjs/common';
import { accessErrors, type UserPrincipal } from '#libs/access';
import { Clock } from '#libs/kernel';
import { SessionReader } from '../../sessions/session.reader.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';

/** Finds the person who left for a provider to link an identity: their session must still go on when they are back. */
@Injectable()
export class LinkingSessions {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly reader: SessionReader,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError unauthorized */
  async personOf(sessionId: string): Promise<UserPrincipal> {
    const session = await this.sessions.findOpen(sessionId, this.clock.date());
    const person = session && (await this.reader.read(sessionId, session.userId));
    if (person?.kind !== 'user') throw accessErrors.unauthorized();
    return person;
  }
}
