import { Module } from '@nestjs/common';
import { OneTimeLinks } from './one-time.links.js';
import { OneTimeLinksJobs } from './one-time-links.jobs.js';
import { OneTimeLinksRepository } from './one-time-links.repository.js';

/** Links that people get by mail, good once. */
@Module({
  providers: [OneTimeLinks, OneTimeLinksJobs, OneTimeLinksRepository],
  exports: [OneTimeLinks],
})
export class OneTimeLinksModule {}
