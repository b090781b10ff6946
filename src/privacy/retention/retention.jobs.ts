import { Injectable, Logger } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { defineJob, JobHandler } from '#libs/jobs';
import { RetentionService } from './retention.service.js';

export const runRetention = defineJob({
  name: 'run-retention',
  description: 'Deletes what is of no use any more, such as accounts that nobody verified.',
  everySeconds: 86_400,
});

/** Runs the rules every day. */
@Injectable()
export class RetentionJobs {
  private readonly log = new Logger(RetentionJobs.name);

  constructor(private readonly retention: RetentionService) {}

  @JobHandler(runRetention)
  async run(): Promise<void> {
    const { due, deleted } = await this.retention.run(SYSTEM);
    this.log.log(`${deleted} of ${due} rows that are of no use any more were deleted`);
  }
}
