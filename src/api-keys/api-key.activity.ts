import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { JobHandler } from '#libs/jobs';
import { Clock } from '#libs/kernel';
import { ApiKeyLookupRepository } from './api-key-lookup.repository.js';
import { noteLastUse } from './api-keys.jobs.js';

/** Remembers when keys were used and writes it down now and then: a call must not wait for that, nor cost a write. */
@Injectable()
export class ApiKeyActivity implements BeforeApplicationShutdown {
  private readonly log = new Logger(ApiKeyActivity.name);
  private uses = new Map<string, number>();

  constructor(
    private readonly keys: ApiKeyLookupRepository,
    private readonly clock: Clock,
  ) {}

  note(keyId: string): void {
    this.uses.set(keyId, this.clock.now());
  }

  @JobHandler(noteLastUse)
  async flush(): Promise<void> {
    if (this.uses.size === 0) return;
    const uses = this.uses;
    this.uses = new Map();
    try {
      await this.keys.markUsed(uses);
    } catch (error) {
      // What was noted meanwhile is later.
      this.uses = new Map([...uses, ...this.uses]);
      throw error;
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.log.warn(`The last use of ${this.uses.size} API keys could not be written down.`, error);
    }
  }
}
