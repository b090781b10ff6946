import { Injectable, Logger } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { defineJob, JobHandler } from '#libs/jobs';
import { MOST_A_RUN, RetentionService } from './retention.service.js';

/** So that a day's worth of a large house goes, and a rule that is wrong does not empty it at once. */
const MOST_TURNS = 100;

export const runRetention = defineJob({
  name: 'run-retention',
  description: 'Deletes what is of no use any more, such as accounts that nobody verified.',
  everySeconds: 86_400,
});

/** Runs the rules every day, until nothing that is due is left. */
@Injectable()
export class RetentionJobs {
  private readonly log = new Logger(RetentionJobs.name);

  constructor(private readonly retention: RetentionService) {}

  @JobHandler(runRetention)
  async run(): Promise<void> {
    const first = await this.retention.run(SYSTEM);
    let { deleted } = first;
    for (let turn = 1, last = deleted; turn < MOST_TURNS && last >= MOST_A_RUN; turn += 1) {
      last = (await this.retention.run(SYSTEM)).deleted;
      deleted += last;
    }
    this.log.log(`${deleted} of ${first.due} rows that are of no use any more were deleted`);
  }
}
