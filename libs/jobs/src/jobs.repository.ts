import { Injectable } from '@nestjs/common';
import { UnitOfWork } from '#libs/database';
import type { Job } from './job.js';

/** Remembers when each job was last begun: the row is what replicas compete for, and it outlives every process. */
@Injectable()
export class JobsRepository {
  constructor(private readonly work: UnitOfWork) {}

  /** A job that is new to the database is first due a period from now. */
  async enrol(jobs: readonly Job[]): Promise<void> {
    await this.work.manager.query('INSERT INTO jobs (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      jobs.map(({ name }) => name),
    ]);
  }

  /**
   * Takes the jobs whose period is over. Each is taken once, however many replicas ask, and is due again a period
   * later by the database's clock, whether the run succeeds, fails or dies with its process.
   *
   * @returns the names of those that are now the caller's to run
   */
  async takeDue(jobs: readonly Job[]): Promise<string[]> {
    const [taken] = (await this.work.manager.query(
      `UPDATE jobs SET last_run_at = now() WHERE name IN (
         SELECT jobs.name FROM jobs JOIN unnest($1::text[], $2::float8[]) AS due (name, seconds) USING (name)
          WHERE jobs.last_run_at <= now() - make_interval(secs => due.seconds)
            FOR UPDATE OF jobs SKIP LOCKED)
       RETURNING name`,
      [jobs.map(({ name }) => name), jobs.map(({ everySeconds }) => everySeconds)],
    )) as [{ name: string }[], number];
    return taken.map(({ name }) => name);
  }
}
