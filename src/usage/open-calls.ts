import { Injectable, Logger } from '@nestjs/common';
import { isConnectionLoss } from '#libs/database';
import { Replica } from './budgets/replica.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import type { LedgerRow } from './ledger.row.js';

/** A call under way: can say which row it would leave if it ended now. */
export interface OpenCall {
  readonly startedAtMs: number;
  soFar(): LedgerRow;
}

/** Shorter calls leave no trace if the process dies: nothing of them was delivered in full. */
const NOTED_AFTER_MS = 250;
const CHECKPOINT_MS = 3_000;

/**
 * Writes down calls that take longer, and how far they have come, so that somebody else can settle them if this
 * process dies. Off the path of the bytes; a checkpoint that cannot be written is written the next time.
 */
@Injectable()
export class OpenCalls {
  private readonly log = new Logger(OpenCalls.name);
  private readonly calls = new Map<OpenCall, number>();
  private timer: NodeJS.Timeout | undefined;
  private writing = false;

  constructor(
    private readonly repository: OpenCallsRepository,
    private readonly replica: Replica,
  ) {}

  begin(call: OpenCall): void {
    this.calls.set(call, call.startedAtMs + NOTED_AFTER_MS);
    this.timer ??= setInterval(() => void this.checkpoint(), NOTED_AFTER_MS).unref();
  }

  end(call: OpenCall): void {
    this.calls.delete(call);
  }

  get size(): number {
    return this.calls.size;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async checkpoint(): Promise<void> {
    if (this.writing) return;
    const now = performance.now();
    const due = [...this.calls].filter(([, at]) => at <= now).map(([call]) => call);
    if (due.length === 0) return;
    this.writing = true;
    try {
      for (const call of due) this.calls.set(call, now + CHECKPOINT_MS);
      await this.repository.note(
        this.replica.id,
        due.map((call) => call.soFar()),
      );
    } catch (error) {
      if (!isConnectionLoss(error))
        this.log.warn('Calls under way could not be written down; it is tried again.', error);
    } finally {
      this.writing = false;
    }
  }
}
