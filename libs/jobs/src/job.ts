import { SetMetadata } from '@nestjs/common';

/** Work that is done once a period in the whole house, by whichever replica looks first. */
export interface Job {
  /** Lower kebab case; also the name of the row that replicas compete for. */
  readonly name: string;
  readonly description: string;
  /** The period. A run must be shorter: after it another replica takes the job. */
  readonly everySeconds: number;
}

const jobs = new Map<string, Job>();

/** Every job declared so far. */
export function declaredJobs(): readonly Job[] {
  return [...jobs.values()];
}

/** Declares a job beside its owner. The boot fails when it has no handler, or two. */
export function defineJob(job: Job): Job {
  if (jobs.has(job.name)) throw new Error(`The job "${job.name}" is declared twice.`);
  jobs.set(job.name, job);
  return job;
}

export const JOB_HANDLER = Symbol('job-handler');

/** Marks the provider's method that does the job. */
export function JobHandler(job: Job): MethodDecorator {
  return SetMetadata(JOB_HANDLER, job.name);
}
