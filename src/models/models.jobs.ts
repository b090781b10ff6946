import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SYSTEM } from '#libs/access';
import { type ConfigOf, InjectConfig } from '#libs/config';
import { defineJob, JobHandler, jobsConfig } from '#libs/jobs';
import { ModelSync } from './model.sync.js';

export const syncModels = defineJob({
  name: 'sync-models',
  description: 'Makes the catalogue follow what the providers list.',
  everySeconds: 300,
});

const BOOT_BUDGET_MS = 3_000;

/** Synchronises the catalogue at start and on schedule. */
@Injectable()
export class ModelsJobs implements OnApplicationBootstrap {
  private readonly log = new Logger(ModelsJobs.name);

  constructor(
    private readonly sync: ModelSync,
    @InjectConfig(jobsConfig) private readonly config: ConfigOf<typeof jobsConfig>,
  ) {}

  /** Waits for a quick provider, so that the first request finds its models; a slow one must not keep the door shut. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.run) return;
    const waiting = new AbortController();
    const first = this.sync
      .run(SYSTEM)
      .then(() => undefined)
      .catch((error: unknown) => this.log.error('The first synchronisation of the models failed', error))
      .finally(() => waiting.abort());
    await Promise.race([first, sleep(BOOT_BUDGET_MS, undefined, { signal: waiting.signal }).catch(() => undefined)]);
  }

  @JobHandler(syncModels)
  async syncModels(): Promise<void> {
    await this.sync.run(SYSTEM);
  }
}
