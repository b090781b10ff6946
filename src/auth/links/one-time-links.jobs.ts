import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { OneTimeLinksRepository } from './one-time-links.repository.js';

/** So long a link that ran out is still told from one that never was. */
const KEPT_MS = 7 * 86_400_000;

export const removeExpiredLinks = defineJob({
  name: 'remove-expired-links',
  description: 'Removes the links to reset passwords and to verify addresses that ran out a week ago.',
  everySeconds: 86_400,
});

/** Keeps the table of links small. */
@Injectable()
export class OneTimeLinksJobs {
  private readonly log = new Logger(OneTimeLinksJobs.name);

  constructor(
    private readonly links: OneTimeLinksRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeExpiredLinks)
  async removeExpired(): Promise<void> {
    const removed = await this.links.deleteExpired(new Date(this.clock.now() - KEPT_MS));
    this.log.log(`${removed} expired links removed`);
  }
}
