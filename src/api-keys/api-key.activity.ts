import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/kernel';
import { ApiKeyLookupRepository } from './api-key-lookup.repository.js';

const PAUSE_MS = 30_000;

/**
 * Remembers when keys were used and writes it down now and then: a call must not wait for that, nor cost a write. Each
 * process knows only of its own calls, so each has a timer of its own.
 */
@Injectable()
export class ApiKeyActivity implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ApiKeyActivity.name);
  private uses = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly keys: ApiKeyLookupRepository,
    private readonly clock: Clock,
  ) {}

  note(keyId: string): void {
    this.uses.set(keyId, this.clock.now());
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tryFlush(), PAUSE_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.tryFlush();
  }

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

  private async tryFlush(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      this.log.warn(`The last use of ${this.uses.size} API keys could not be written down.`, error);
    }
  }
}
