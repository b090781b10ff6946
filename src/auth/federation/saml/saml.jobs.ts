import { Injectable, Logger } from '@nestjs/common';
import { defineJob, JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { SpentAssertionsRepository } from './spent-assertions.repository.js';

export const removeOutdatedAssertions = defineJob({
  name: 'remove-outdated-assertions',
  description: 'Removes the SAML assertions that would be refused for their age alone.',
  everySeconds: 86_400,
});

/** Keeps the table of spent assertions as small as a day of signing in. */
@Injectable()
export class SamlJobs {
  private readonly log = new Logger(SamlJobs.name);

  constructor(
    private readonly spent: SpentAssertionsRepository,
    private readonly clock: Clock,
  ) {}

  @JobHandler(removeOutdatedAssertions)
  async removeOutdated(): Promise<void> {
    this.log.log(`${await this.spent.deleteOutdated(this.clock.date())} outdated assertions removed`);
  }
}
