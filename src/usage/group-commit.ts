import { setImmediate, setTimeout } from 'node:timers/promises';

export interface GroupCommitOptions<T> {
  /** Makes all of them durable, or none. Must be idempotent: it is repeated when its outcome is unknown. */
  readonly commit: (items: readonly T[]) => Promise<void>;
  /** Whether the same items can succeed later; otherwise one of them is at fault. */
  readonly isPassing: (error: unknown) => boolean;
  readonly maxBatch: number;
  /** Items that wait before further callers wait for room. */
  readonly capacity: number;
  /** The first pause before a repetition and the longest, in milliseconds. */
  readonly pauseMs: readonly [first: number, longest: number];
  readonly onFailure?: (error: unknown, fate: 'repeated' | 'halved' | 'refused', items: readonly T[]) => void;
}

interface Waiting<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes single items durable in groups. The next group starts when the last one ends and takes all that wait by
 * then: an idle system commits at once, a busy one in larger groups, and nothing waits for a timer.
 */
export class GroupCommit<T> {
  private readonly queue: Waiting<T>[] = [];
  private readonly forRoom: (() => void)[] = [];
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private inFlight = 0;

  constructor(private readonly options: GroupCommitOptions<T>) {}

  /** Items that are not durable yet. */
  get size(): number {
    return this.queue.length + this.inFlight + this.forRoom.length;
  }

  /** Resolves once the item is durable; rejects when it never will be. */
  async add(item: T): Promise<void> {
    while (this.queue.length >= this.options.capacity) {
      await new Promise<void>((resolve) => this.forRoom.push(resolve));
    }
    const durable = new Promise<void>((resolve, reject) => this.queue.push({ item, resolve, reject }));
    this.running ??= this.run();
    return durable;
  }

  /**
   * Waits until nothing waits any more.
   *
   * @param graceMs after which repetitions end, so that what cannot be made durable is rejected
   */
  async drain(graceMs: number): Promise<void> {
    const patience = new AbortController();
    const over = setTimeout(graceMs, undefined, { signal: patience.signal }).then(
      () => this.stopping.abort(),
      () => undefined,
    );
    while (this.running) await this.running;
    patience.abort();
    await over;
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0) {
      // Whatever else finishes in this turn of the event loop shares the commit.
      await setImmediate();
      const batch = this.queue.splice(0, this.options.maxBatch);
      this.forRoom.splice(0, batch.length).forEach((enter) => enter());
      this.inFlight = batch.length;
      await this.commit(batch);
      this.inFlight = 0;
      // Those who waited for room come back in a later microtask.
      if (this.queue.length === 0) await setImmediate();
    }
    // In the same breath as the last look at the queue: an item added later starts a run of its own.
    this.running = undefined;
  }

  /** Never rejects: each item hears its own fate. */
  private async commit(batch: readonly Waiting<T>[]): Promise<void> {
    const items = batch.map(({ item }) => item);
    const { commit, isPassing, onFailure, pauseMs } = this.options;
    const [first, longest] = pauseMs;
    for (let pause = first; ; pause = Math.min(pause * 2, longest)) {
      try {
        await commit(items);
        batch.forEach(({ resolve }) => resolve());
        return;
      } catch (error) {
        if (isPassing(error) && !this.stopping.signal.aborted) {
          onFailure?.(error, 'repeated', items);
          await this.rest(pause);
        } else if (batch.length === 1 || isPassing(error)) {
          onFailure?.(error, 'refused', items);
          batch.forEach(({ reject }) => reject(error));
          return;
        } else {
          onFailure?.(error, 'halved', items);
          const middle = Math.ceil(batch.length / 2);
          await this.commit(batch.slice(0, middle));
          await this.commit(batch.slice(middle));
          return;
        }
      }
    }
  }

  /** A pause with jitter, so that replicas do not all knock at a returning database at the same moment. */
  private async rest(pauseMs: number): Promise<void> {
    await setTimeout(pauseMs * (0.5 + Math.random() / 2), undefined, { signal: this.stopping.signal }).catch(
      () => undefined,
    );
  }
}
