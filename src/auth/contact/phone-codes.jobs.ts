import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { PhoneCodesRepository } from './phone-codes.repository.js';

export const removeExpiredPhoneCodes = defineJob({
  name: 'remove-expired-phone-codes',
  description: 'Removes the codes for telephone numbers that ran out.',
  everySeconds: 3_600,
});

/** Keeps no number that its owner did not show to be theirs. */
@Injectable()
export class PhoneCodesJobs {
  private readonly log = new Logger(PhoneCodesJobs.name);

  constructor(
    private readonly codes: PhoneCodesRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeExpiredPhoneCodes)
  async removeExpired(): Promise<void> {
    const removed = await this.codes.deleteExpired(this.clock.date());
    if (removed > 0) this.log.log(`${removed} expired codes removed`);
  }
}
