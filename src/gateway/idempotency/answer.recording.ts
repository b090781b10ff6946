import { Logger } from '@nestjs/common';
import { DomainError } from '#libs/kernel';
import { gatewayErrors } from '../gateway.errors.js';
import type { Ending, IdempotencyRepository, KeyedCall } from './idempotency.repository.js';

const MOST_BYTES = 1_048_576;
const LEAST_BYTES = 4_096;
const NOTHING = Buffer.alloc(0);
const BUSY = 429;

/** After these no provider has worked on the call, so it may be made again. */
const WITHOUT_WORK: ReadonlySet<string> = new Set([
  gatewayErrors.no_upstream_available.code,
  gatewayErrors.upstream_unreachable.code,
  gatewayErrors.upstream_credentials_refused.code,
]);

/** Writes down the answer to one call under an idempotency key, and keeps it before the caller has its last byte. */
export class AnswerRecording {
  private readonly log = new Logger(AnswerRecording.name);
  /** Grows as it is needed: the pieces of a stream take more room than their bytes. */
  private bytes = NOTHING;
  private size = 0;
  private head: Pick<Ending, 'status' | 'headers'> = {};
  private sent = false;
  private closed = false;

  constructor(
    private readonly store: IdempotencyRepository,
    private readonly call: KeyedCall,
  ) {}

  /** From now on a provider may be working on the call. */
  noteSent(): void {
    this.sent = true;
  }

  begin(status: number, headers: Readonly<Record<string, string>>): void {
    this.head = { status, headers };
  }

  add(chunk: Buffer): void {
    const start = this.size;
    this.size += chunk.length;
    if (this.size > MOST_BYTES) {
      this.bytes = NOTHING;
      return;
    }
    if (this.size > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.min(MOST_BYTES, Math.max(this.size, 2 * this.bytes.length, LEAST_BYTES)),
      );
      this.bytes.copy(grown, 0, 0, start);
      this.bytes = grown;
    }
    chunk.copy(this.bytes, start);
  }

  /** The answer is whole with these bytes. That a provider is busy is no answer: the call may be made again. */
  async keep(last?: Buffer): Promise<void> {
    if (this.head.status === BUSY) {
      this.sent = false;
      return;
    }
    if (last) this.add(last);
    if (this.size > MOST_BYTES) await this.close({ state: 'too_large' });
    else await this.close({ state: 'kept', ...this.head, body: this.bytes.subarray(0, this.size) });
  }

  /** The call is over. Unless its answer is kept, the key is free again, or no use any more. */
  async end(error?: unknown): Promise<void> {
    if (this.closed) return;
    if (!this.sent || isWithoutWork(error)) await this.tried(() => this.store.release(this.call));
    else if (error instanceof DomainError && error.code in gatewayErrors) {
      const { code, message, details } = error;
      await this.close({ state: 'failed', body: Buffer.from(JSON.stringify({ code, message, details })) });
    } else await this.close({ state: 'broken' });
  }

  private async close(ending: Ending): Promise<void> {
    this.closed = true;
    await this.tried(() => this.store.close(this.call, ending));
  }

  /** The answer is worth more than its copy: a key that stays open is refused, and nothing is called twice. */
  private async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.log.warn('An answer could not be kept for its idempotency key.', error);
    }
  }
}

/** A provider that answered with a failure has charged nothing. */
function isWithoutWork(error: unknown): boolean {
  if (!(error instanceof DomainError)) return false;
  const { code, details } = error;
  return WITHOUT_WORK.has(code) || (code === gatewayErrors.upstream_failed.code && details !== undefined);
}
