import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ADVISORY_LOCKS, AdvisoryLocks } from '#libs/database';
import { Metrics } from '#libs/observability';
import { declaredJobs, type Job, JOB_HANDLER } from './job.js';

type Handler = () => Promise<void>;

/** Finds the handler of every job, and runs each on its schedule, once across replicas. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(JobRunner.name);
  private readonly handlers = new Map<string, Handler>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly running = new Set<Promise<unknown>>();
  private readonly runs;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
    private readonly locks: AdvisoryLocks,
    metrics: Metrics,
  ) {
    this.runs = metrics.counter('job_runs_total', 'Runs of background jobs.', ['job', 'outcome']);
  }

  /** @throws Error when a declared job has no handler, or a handler no or a second job */
  onApplicationBootstrap(): void {
    this.findHandlers();
    for (const job of declaredJobs()) {
      if (!this.handlers.has(job.name)) throw new Error(`The job "${job.name}" has no handler.`);
      // Replicas that start together must not all knock at the same moment.
      const period = job.everySeconds * 1_000 * (0.95 + Math.random() * 0.1);
      this.timers.push(setInterval(() => void this.run(job), period).unref());
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await Promise.allSettled(this.running);
  }

  /**
   * Runs a job now, unless another replica is at it.
   *
   * @returns whether it ran and succeeded
   */
  async run(job: Job): Promise<boolean> {
    const handler = this.handlers.get(job.name);
    if (!handler) throw new Error(`The job "${job.name}" has no handler.`);
    const run = this.locks.tryRun(ADVISORY_LOCKS.jobs, job.name, handler);
    this.running.add(run);
    try {
      const ran = await run;
      this.runs.inc({ job: job.name, outcome: ran ? 'done' : 'elsewhere' });
      return ran;
    } catch (error) {
      this.runs.inc({ job: job.name, outcome: 'failed' });
      this.log.error(`The job "${job.name}" failed`, error);
      return false;
    } finally {
      this.running.delete(run);
    }
  }

  private findHandlers(): void {
    const scanner = new MetadataScanner();
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const owner = instance as Record<string, unknown>;
      for (const method of scanner.getAllMethodNames(Object.getPrototypeOf(owner) as object)) {
        const callback = owner[method];
        if (typeof callback !== 'function') continue;
        const name = this.reflector.get<string | undefined>(JOB_HANDLER, callback);
        if (name === undefined) continue;
        if (!declaredJobs().some((job) => job.name === name)) throw new Error(`Nobody declared the job "${name}".`);
        if (this.handlers.has(name)) throw new Error(`The job "${name}" has two handlers.`);
        this.handlers.set(name, (callback as Handler).bind(owner));
      }
    }
  }
}
