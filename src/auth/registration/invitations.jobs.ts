import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { InvitationsRepository } from './invitations.repository.js';

const KEPT_MS = 90 * 86_400_000;

export const removeOldInvitations = defineJob({
  name: 'remove-old-invitations',
  description: 'Removes invitations that ran out 90 days ago.',
  everySeconds: 86_400,
});

/** Keeps no address longer than anybody asks who was invited. */
@Injectable()
export class InvitationsJobs {
  private readonly log = new Logger(InvitationsJobs.name);

  constructor(
    private readonly invitations: InvitationsRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeOldInvitations)
  async removeOld(): Promise<void> {
    const removed = await this.invitations.deleteExpired(new Date(this.clock.now() - KEPT_MS));
    this.log.log(`${removed} old invitations removed`);
  }
}
