import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { SignInFlowsRepository } from './sign-in-flows.repository.js';

export const removeExpiredFlows = defineJob({
  name: 'remove-expired-sign-in-flows',
  description: 'Removes the sign-ins at identity providers that nobody came back from.',
  everySeconds: 3_600,
});

/** Keeps the table of flows as small as the number of people who are signing in. */
@Injectable()
export class FlowsJobs {
  private readonly log = new Logger(FlowsJobs.name);

  constructor(
    private readonly flows: SignInFlowsRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeExpiredFlows)
  async removeExpired(): Promise<void> {
    const removed = await this.flows.deleteExpired(this.clock.date());
    this.log.log(`${removed} expired sign-ins removed`);
  }
}
