import { UpstreamFailure } from './upstream-failure.js';

/** What a body may ask of the connection that feeds it. */
export interface BodyFlow {
  pause(): void;
  resume(): void;
  abort(failure: UpstreamFailure): void;
}

const NO_FLOW: BodyFlow = { pause: () => undefined, resume: () => undefined, abort: () => undefined };

const EMPTY = Buffer.alloc(0);

/** Bytes that may wait unread before the provider is asked to slow down. */
const HIGH_WATER_BYTES = 64 * 1024;

/** What a piece takes beside its bytes. Without it, pieces of one byte take a hundred times what they seem to. */
const PIECE_BYTES = 64;

/** Pieces that were taken are cut off the list once they are many, and no fewer than those that are left. */
const MANY_TAKEN = 1_024;

/**
 * The body of an answer, read once and by one reader, with back-pressure to the provider's socket.
 *
 * Lighter than a `Readable`: a short answer that arrived in one piece costs one array and no event. Every failure comes
 * out as an {@link UpstreamFailure}. Whoever gets a body reads it to its end or calls {@link cancel}; otherwise its
 * connection stays taken.
 */
export class UpstreamBody implements AsyncIterable<Buffer> {
  private chunks: Buffer[] = [];
  /** Where the next piece is in the list: to move all others up for each one takes a time that grows with its square. */
  private next = 0;
  private waiting = 0;
  private paused = false;
  private ended = false;
  private failure: UpstreamFailure | undefined;
  /** Who waits until there is a piece, or the end. */
  private reader: (() => void) | undefined;

  constructor(private readonly flow: BodyFlow) {}

  /** A body that was read already and is to be read again. */
  static of(bytes: Buffer): UpstreamBody {
    const body = new UpstreamBody(NO_FLOW);
    if (bytes.length > 0) body.push(bytes);
    body.end();
    return body;
  }

  /**
   * Hands out every piece as it comes, one after the other, until the end. Nothing holds a piece while the next is waited for:
   * it keeps all the bytes in memory that were read with it.
   *
   * Not an async function, and no promise for each piece: what is suspended here is there once for each open stream.
   *
   * @param use what it returns is waited for before the next piece; what it throws ends the reading
   * @throws UpstreamFailure as a rejection
   */
  each(use: (chunk: Buffer) => Promise<void> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const goOn = (): void => {
        try {
          for (let chunk = this.take(); chunk !== undefined; chunk = this.take()) {
            const inUse = use(chunk);
            if (inUse) return void inUse.then(goOn, reject);
          }
        } catch (error) {
          return reject(error instanceof Error ? error : new TypeError(String(error)));
        }
        if (this.failure) reject(this.failure);
        else if (this.ended) resolve();
        else this.reader = goOn;
      };
      goOn();
    });
  }

  /**
   * Waits until there is a piece to {@link take}.
   *
   * @returns whether there is one, or it is the end
   * @throws UpstreamFailure
   */
  async more(): Promise<boolean> {
    if (!this.isAnswerable) await new Promise<void>((resolve) => (this.reader = resolve));
    if (this.isThere) return true;
    if (this.failure) throw this.failure;
    return false;
  }

  /** The next piece as the provider sent it, where there is one. */
  take(): Buffer | undefined {
    const chunk = this.chunks[this.next];
    if (chunk !== undefined) {
      this.forgetNext();
      this.waiting -= chunk.length + PIECE_BYTES;
      this.resumeWhenDrained();
    }
    return chunk;
  }

  /** Reads all of it. @throws UpstreamFailure `too_large` beyond `maxBytes`, and the connection is closed then */
  async bytes(maxBytes: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let total = 0;
    await this.each((chunk) => {
      total += chunk.length;
      if (total > maxBytes) {
        const failure = new UpstreamFailure('too_large', 'body_over_limit', 'The answer of the provider is too large');
        this.cancel(failure);
        throw failure;
      }
      parts.push(chunk);
      return undefined;
    });
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, total);
  }

  /** Gives the rest up and closes the connection, so that the provider stops working. Harmless after the end. */
  cancel(failure = new UpstreamFailure('aborted', 'cancelled', 'The request was given up')): void {
    if (!this.ended && this.failure === undefined) {
      this.chunks = [];
      this.next = 0;
      this.waiting = 0;
      this.fail(failure);
      this.flow.abort(failure);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    try {
      while (await this.more()) yield this.take() ?? EMPTY;
    } finally {
      this.cancel();
    }
  }

  /** @internal */
  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.waiting += chunk.length + PIECE_BYTES;
    this.answerReader();
    if (this.waiting > HIGH_WATER_BYTES && !this.paused) {
      this.paused = true;
      this.flow.pause();
    }
  }

  /** @internal */
  end(): void {
    this.ended = true;
    this.answerReader();
  }

  /** @internal What was received before is still handed out first. */
  fail(failure: UpstreamFailure): void {
    this.failure ??= failure;
    this.answerReader();
  }

  private forgetNext(): void {
    this.chunks[this.next] = EMPTY;
    this.next += 1;
    const { length } = this.chunks;
    if (this.next === length || (this.next >= MANY_TAKEN && this.next * 2 >= length)) {
      this.chunks.splice(0, this.next);
      this.next = 0;
    }
  }

  private resumeWhenDrained(): void {
    if (this.paused && this.waiting <= HIGH_WATER_BYTES / 2) {
      this.paused = false;
      this.flow.resume();
    }
  }

  private get isThere(): boolean {
    return this.next < this.chunks.length;
  }

  private get isAnswerable(): boolean {
    return this.isThere || this.ended || this.failure !== undefined;
  }

  private answerReader(): void {
    const { reader } = this;
    if (reader === undefined || !this.isAnswerable) return;
    this.reader = undefined;
    reader();
  }
}
