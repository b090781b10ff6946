import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { SignInFailuresRepository } from './sign-in-failures.repository.js';

export const forgetSignInFailures = defineJob({
  name: 'forget-sign-in-failures',
  description: 'Forgets wrong passwords of more than 30 days ago, and the oldest where there are too many to keep.',
  everySeconds: 3_600,
});

const KEPT_MS = 30 * 24 * 3_600_000;
/** About 200 MB. Whoever makes up addresses must not fill the disk. */
const MOST_SUBJECTS = 1_000_000;

/** Keeps what protection remembers as small as it may be. */
@Injectable()
export class ProtectionJobs {
  private readonly log = new Logger(ProtectionJobs.name);

  constructor(
    private readonly failures: SignInFailuresRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(forgetSignInFailures)
  async forgetFailures(): Promise<void> {
    const forgotten = await this.failures.prune(new Date(this.clock.now() - KEPT_MS), MOST_SUBJECTS);
    this.log.log(`${forgotten} counts of wrong passwords forgotten`);
  }
}
