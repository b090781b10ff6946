import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { Metrics } from '#libs/observability';
import { declaredJobs, type Job, JOB_HANDLER } from './job.js';
import { jobsConfig } from './jobs.config.js';
import { JobsRepository } from './jobs.repository.js';

type Handler = () => Promise<void>;

const LONGEST_TICK_MS = 15_000;
const TICKS_IN_A_PERIOD = 4;

/** Finds the handler of every job, and runs each once a period, whichever replica looks first. */
@Injectable()
export class JobRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(JobRunner.name);
  private readonly handlers = new Map<string, Handler>();
  private readonly running = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private away = false;
  private readonly runs;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
    private readonly jobs: JobsRepository,
    @InjectConfig(jobsConfig) private readonly config: ConfigOf<typeof jobsConfig>,
    metrics: Metrics,
  ) {
    this.runs = metrics.counter('job_runs_total', 'Runs of background jobs.', ['job', 'outcome']);
  }

  /** @throws Error when a declared job has no handler, or a handler no or a second job */
  async onApplicationBootstrap(): Promise<void> {
    this.findHandlers();
    const jobs = declaredJobs();
    for (const { name } of jobs) this.handlerOf(name);
    if (!this.config.run || jobs.length === 0) return;
    await this.jobs.enrol(jobs);
    const shortestMs = Math.min(...jobs.map(({ everySeconds }) => everySeconds)) * 1_000;
    const tickMs = Math.min(shortestMs / TICKS_IN_A_PERIOD, LONGEST_TICK_MS);
    this.timer = setInterval(() => void this.tick(), tickMs).unref();
    // What fell due while no process lived.
    void this.tick();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
    await Promise.all(this.running.values());
  }

  /**
   * Runs a job now, whatever its schedule says. No connection is held for it.
   *
   * @returns whether it succeeded
   */
  async run({ name }: Pick<Job, 'name'>): Promise<boolean> {
    const handler = this.handlerOf(name);
    try {
      const run = handler();
      const settled = run.catch(() => undefined);
      this.running.set(name, settled);
      await run;
      this.runs.inc({ job: name, outcome: 'done' });
      return true;
    } catch (error) {
      this.runs.inc({ job: name, outcome: 'failed' });
      this.log.error(`The job "${name}" failed`, error);
      return false;
    } finally {
      this.running.delete(name);
    }
  }

  /** Ticks that overlap share one look. */
  private tick(): Promise<void> {
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async look(): Promise<void> {
    try {
      // One that still runs here is not taken: it would wait for itself.
      const due = await this.jobs.takeDue(declaredJobs().filter(({ name }) => !this.running.has(name)));
      this.away = false;
      for (const name of due) void this.run({ name });
    } catch (error) {
      if (!this.away) this.log.warn('Whether jobs are due cannot be read; it is tried again.', error);
      this.away = true;
    }
  }

  private handlerOf(name: string): Handler {
    const handler = this.handlers.get(name);
    if (!handler) throw new Error(`The job "${name}" has no handler.`);
    return handler;
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
