import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { IdempotencyRepository } from './idempotency.repository.js';

export const removeExpiredAnswers = defineJob({
  name: 'remove-expired-answers',
  description: 'Removes the answers that were kept for idempotency keys for a day.',
  everySeconds: 3_600,
});

/** Keeps answers no longer than their keys are promised to hold. */
@Injectable()
export class IdempotencyJobs {
  private readonly log = new Logger(IdempotencyJobs.name);

  constructor(private readonly store: IdempotencyRepository) {}

  @JobHandler(removeExpiredAnswers)
  async removeExpired(): Promise<void> {
    this.log.log(`${await this.store.deleteExpired()} kept answers removed`);
  }
}
