import { Injectable, Logger } from '@nestjs/common';
import { isConnectionLoss } from '#libs/database';
import { LinkedList } from '#libs/kernel';
import { Replica } from './budgets/replica.js';
import { OpenCallsRepository } from './open-calls.repository.js';
import type { LedgerRow } from './ledger.row.js';

/** A call under way: can say which row it would leave if it ended now. */
export interface OpenCall {
  readonly startedAtMs: number;
  /** Since when it is over and only its settlement is awaited. */
  readonly settlingSinceMs?: number | undefined;
  soFar(): LedgerRow;
}

/** A call, and what is written down of it. */
interface Noted {
  readonly call: OpenCall;
  dueAtMs: number;
  notedAtMs: number;
  notedAs?: string;
  hasEnded: boolean;
}

/** Shorter calls leave no trace if the process dies: nothing of them was delivered in full. */
const NOTED_AFTER_MS = 250;
const CHECKPOINT_MS = 3_000;
/** Rows in one statement; everything else has a turn between two of them. */
const AT_A_TIME = 500;
/** Before it is tried again to write down what could not be written. */
const REST_MS = 1_000;

/**
 * Writes down calls that take longer, and how far they have come, so that somebody else can settle them if this
 * process dies. Off the path of the bytes; a checkpoint that cannot be written is written the next time.
 */
@Injectable()
export class OpenCalls {
  private readonly log = new Logger(OpenCalls.name);
  private readonly calls = new LinkedList<Noted>();
  /** Calls that ended after they were written down. */
  private readonly ended = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  private restUntilMs = -Infinity;

  constructor(
    private readonly repository: OpenCallsRepository,
    private readonly replica: Replica,
  ) {}

  /**
   * @returns to be called once, when it has ended. Its note goes with its row; one that was on its way meanwhile came too
   * late for that, and is deleted later.
   */
  begin(call: OpenCall): () => void {
    const noted: Noted = { call, dueAtMs: call.startedAtMs + NOTED_AFTER_MS, notedAtMs: -Infinity, hasEnded: false };
    const leave = this.calls.add(noted);
    this.timer ??= setInterval(
      () => void (performance.now() >= this.restUntilMs && this.checkpoint()),
      NOTED_AFTER_MS,
    ).unref();
    return () => {
      noted.hasEnded = true;
      if (noted.notedAs !== undefined) this.ended.add(noted.notedAs);
      leave();
    };
  }

  get size(): number {
    return this.calls.size;
  }

  /** When the oldest of them began, on the clock of `performance.now()`. */
  get oldestMs(): number {
    const [oldest] = this.calls;
    return oldest?.call.startedAtMs ?? Infinity;
  }

  /** After the last call has ended. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.checkpoint();
  }

  private checkpoint(): Promise<void> {
    this.writing ??= this.write().finally(() => {
      this.writing = undefined;
    });
    return this.writing;
  }

  private async write(): Promise<void> {
    try {
      await this.note();
      await this.forget();
    } catch (error) {
      this.restUntilMs = performance.now() + REST_MS;
      if (!isConnectionLoss(error))
        this.log.warn('Calls under way could not be written down; it is tried again.', error);
    }
  }

  private async note(): Promise<void> {
    const now = performance.now();
    const due = [...this.calls].filter((noted) => isDue(noted, now));
    for (let from = 0; from < due.length; from += AT_A_TIME) {
      // Whoever ended while those before them were written down has a row, and would be noted for good.
      const some = due.slice(from, from + AT_A_TIME).filter(({ hasEnded }) => !hasEnded);
      if (some.length === 0) continue;
      await this.repository.note(this.replica.id, some.map(rowOf));
      for (const noted of some) Object.assign(noted, { dueAtMs: now + CHECKPOINT_MS, notedAtMs: now });
    }
  }

  private async forget(): Promise<void> {
    if (this.ended.size === 0) return;
    const ids = [...this.ended];
    await this.repository.forget(ids);
    for (const id of ids) this.ended.delete(id);
  }
}

/** Written or not, it must be deleted in the end; until it is known to be written, it stays due. */
function rowOf(noted: Noted): LedgerRow {
  const row = noted.call.soFar();
  Object.assign(noted, { dueAtMs: -Infinity, notedAtMs: -Infinity, notedAs: row.id });
  return row;
}

/** What a call came to is worth a note at once where its row keeps it waiting: nobody else knows it. */
function isDue({ call: { settlingSinceMs = Infinity }, dueAtMs, notedAtMs }: Noted, now: number): boolean {
  return dueAtMs <= now || (notedAtMs < settlingSinceMs && settlingSinceMs + NOTED_AFTER_MS <= now);
}
