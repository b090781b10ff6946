import { Injectable } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { ViolationsRepository } from './violations.repository.js';

export const forgetViolations = defineJob({
  name: 'forget-violations',
  description: 'Forgets violations of more than 90 days ago, and bans of networks that are over.',
  everySeconds: 86_400,
});

const KEPT_MS = 90 * 24 * 3_600_000;

/** Keeps no more of what people did than is of use. */
@Injectable()
export class ViolationsJobs {
  constructor(
    private readonly violations: ViolationsRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(forgetViolations)
  async forget(): Promise<void> {
    await this.violations.prune(new Date(this.clock.now() - KEPT_MS), this.clock.date());
  }
}
