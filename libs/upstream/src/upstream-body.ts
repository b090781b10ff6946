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
export class UpstreamBody {
  private chunks: Buffer[] = [];
  /** Where the next piece is in the list: to move all others up for each one takes a time that grows with its square. */
  private next = 0;
  private waiting = 0;
  private paused = false;
  private ended = false;
  private failure: UpstreamFailure | undefined;
  /** Is called when there is a piece, or the end. */
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
   * Hands out every piece as the provider sent it, one after the other, until the end. Once, and to one reader.
   *
   * Not an async function, and no promise for each piece: they would be kept once for every open stream. Nothing keeps
   * a piece while the next is waited for: it keeps all the bytes in memory that were read with it.
   *
   * @param use is called by whatever brought the piece, so it runs in no caller's async context, and may {@link cancel}.
   * What it returns is waited for before the next piece. What it throws ends the reading; to cancel the rest is the caller's.
   * @throws UpstreamFailure as a rejection
   */
  each(use: (chunk: Buffer) => Promise<void> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail: (error: unknown) => void = reject;
      const handOut = (): void => {
        try {
          for (let chunk = this.take(); chunk !== undefined; chunk = this.take()) {
            const inUse = use(chunk);
            if (inUse) return void inUse.then(handOut, fail);
          }
        } catch (error) {
          return fail(error);
        }
        if (this.failure) fail(this.failure);
        else if (this.ended) resolve();
        else this.reader = handOut;
      };
      handOut();
    });
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

  /** @internal */
  push(chunk: Buffer): void {
    if (this.failure) return;
    this.chunks.push(chunk);
    this.waiting += chunk.length + PIECE_BYTES;
    this.wakeReader();
    if (this.waiting > HIGH_WATER_BYTES && !this.paused) {
      this.paused = true;
      this.flow.pause();
    }
  }

  /** @internal */
  end(): void {
    this.ended = true;
    this.wakeReader();
  }

  /** @internal What was received before is still handed out first. */
  fail(failure: UpstreamFailure): void {
    this.failure ??= failure;
    this.wakeReader();
  }

  private take(): Buffer | undefined {
    const chunk = this.chunks[this.next];
    if (chunk !== undefined) {
      this.forgetNext();
      this.waiting -= chunk.length + PIECE_BYTES;
      this.resumeWhenDrained();
    }
    return chunk;
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

  private wakeReader(): void {
    const { reader } = this;
    this.reader = undefined;
    reader?.();
  }
}
