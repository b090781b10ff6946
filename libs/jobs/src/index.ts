export { declaredJobs, defineJob, JobHandler } from './job.js';
export type { Job } from './job.js';
export { JobRunner } from './job-runner.js';
export { jobsConfig } from './jobs.config.js';
export { JobsModule } from './jobs.module.js';
