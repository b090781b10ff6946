import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { CredentialsRepository } from './credentials.repository.js';

export const removeExpiredCredentials = defineJob({
  name: 'remove-expired-credentials',
  description: 'Removes the credentials of people that have expired.',
  everySeconds: 3_600,
});

/** What has expired is worthless to its owner, and should be so to thieves. */
@Injectable()
export class CredentialsJobs {
  private readonly log = new Logger(CredentialsJobs.name);

  constructor(
    private readonly credentials: CredentialsRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeExpiredCredentials)
  async removeExpired(): Promise<void> {
    const removed = await this.credentials.deleteExpired(this.clock.date());
    this.log.log(`${removed} expired credentials removed`);
  }
}
