import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '#libs/events';
import { type Failure, FailureFeed } from '#libs/http';
import { currentRequest } from '#libs/observability';
import { SignInFailed } from '../../events/auth.events.js';
import { type Violation, ViolationBook } from './violation.book.js';
import type { ViolationType } from './violation.scores.js';

/** Which refusals are violations. */
const TYPES: Readonly<Record<string, ViolationType>> = {
  model_not_allowed: 'illegal_model',
  balance_exhausted: 'balance',
};
const REGISTRATION = '/api/auth/register';
/** Whoever sends more of them at a time is banned long before the last. */
const MOST_WAITING = 1_000;
/** What counts nothing is told once a minute of each person. */
const FREE_EVERY_MS = 60_000;

/**
 * Hears of refusals once their answers are on their way, and writes violations down one after the other: no request
 * waits for that, and a flood of them takes one connection.
 */
@Injectable()
export class ViolationWatch implements BeforeApplicationShutdown {
  private readonly log = new Logger(ViolationWatch.name);
  private readonly waiting: Violation[] = [];
  private readonly told = new Map<string, number>();
  private writing: Promise<void> | undefined;

  constructor(
    private readonly book: ViolationBook,
    failures: FailureFeed,
  ) {
    failures.on([...Object.keys(TYPES), 'rate_limited'], (failure) => this.hear(failure));
  }

  @OnEvent(SignInFailed, 'after-commit')
  onSignInFailed({ userId, code }: SignInFailed): void {
    if (code === 'invalid_credentials') this.note({ type: 'login', userId, network: currentRequest()?.network });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.writing;
  }

  private hear({ code, principal, network, route }: Failure): void {
    const type = code === 'rate_limited' && route === REGISTRATION ? 'registration' : TYPES[code];
    if (type === undefined) return;
    const userId = principal?.kind === 'user' || principal?.kind === 'api-key' ? principal.userId : undefined;
    if (type === 'balance' && this.wasTold(userId ?? '')) return;
    this.note({ type, userId, network });
  }

  private note(violation: Violation): void {
    if (this.waiting.length >= MOST_WAITING) return;
    this.waiting.push(violation);
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
  }

  private async write(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      try {
        await this.book.write(next);
      } catch (error) {
        this.log.warn('A violation could not be written down.', error);
      }
    }
  }

  private wasTold(userId: string): boolean {
    const now = performance.now();
    if (now - (this.told.get(userId) ?? -Infinity) < FREE_EVERY_MS) return true;
    if (this.told.size >= MOST_WAITING) this.told.clear();
    this.told.set(userId, now);
    return false;
  }
}
