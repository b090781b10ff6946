import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { SessionsRepository } from './sessions.repository.js';

export const removeExpiredSessions = defineJob({
  name: 'remove-expired-sessions',
  description: 'Removes the sessions that nobody can use any more.',
  everySeconds: 86_400,
});

/** Keeps the table of sessions as small as the number of people who use the house. */
@Injectable()
export class SessionsJobs {
  private readonly log = new Logger(SessionsJobs.name);

  constructor(
    private readonly sessions: SessionsRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeExpiredSessions)
  async removeExpired(): Promise<void> {
    const removed = await this.sessions.deleteExpired(this.clock.date());
    this.log.log(`${removed} expired sessions removed`);
  }
}
