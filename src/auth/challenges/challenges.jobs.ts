import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { SignInChallenges } from './sign-in.challenges.js';

export const removeExpiredChallenges = defineJob({
  name: 'remove-expired-challenges',
  description: 'Removes the sign-ins that waited for a second factor in vain.',
  everySeconds: 3_600,
});

/** Keeps the table of challenges as small as the number of people who are signing in. */
@Injectable()
export class ChallengesJobs {
  private readonly log = new Logger(ChallengesJobs.name);

  constructor(private readonly challenges: SignInChallenges) {}

  @JobHandler(removeExpiredChallenges)
  async removeExpired(): Promise<void> {
    this.log.log(`${await this.challenges.removeExpired()} expired challenges removed`);
  }
}
