const LF = 0x0a;
const CR = 0x0d;

/** What the splitter reports of each event; `true` means: this may be the last one, hold it back. */
export type EventListener = (event: Buffer) => boolean;

/**
 * Cuts a Server-Sent Events stream at its event boundaries without changing a byte, and holds its end back.
 *
 * Lines end in LF, CRLF or CR, and an empty line ends an event (WHATWG HTML §9.2.5). Chunks may be cut anywhere.
 * What {@link push} and {@link flush} return is, put together, exactly what was pushed.
 */
export class SseSplitter {
  /** Bytes received and not yet released: trailing events that may be the last, and an incomplete one. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** The incomplete event at the end, for the listener. */
  private partial: Buffer[] = [];
  private partialBytes = 0;
  private oversized = false;
  private lineIsEmpty = true;
  private afterCr = false;

  /**
   * @param maxEventBytes an event beyond it is passed on unread and counted by `onOversized`
   * @param maxHeldBytes more than this is never held back: the end of an answer is short
   */
  constructor(
    private readonly onEvent: EventListener,
    private readonly onOversized: () => void,
    private readonly maxEventBytes: number,
    private readonly maxHeldBytes: number,
  ) {}

  /** Takes the next chunk and returns what may go to the client now, `undefined` when nothing may. */
  push(chunk: Buffer): Buffer | undefined {
    let eventStart = 0;
    let releasable = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (byte === LF && this.afterCr) {
        this.afterCr = false;
        // The second half of a CRLF whose CR ended an event belongs to that event.
        if (this.partialBytes === 0 && eventStart === i) {
          if (releasable === i && this.heldBytes === 0) releasable = i + 1;
          eventStart = i + 1;
        }
        continue;
      }
      this.afterCr = byte === CR;
      if (byte !== LF && byte !== CR) {
        this.lineIsEmpty = false;
      } else if (this.lineIsEmpty) {
        const isLast = this.complete(chunk, eventStart, i + 1);
        eventStart = i + 1;
        if (!isLast) releasable = eventStart + (this.afterCr && chunk[eventStart] === LF ? 1 : 0);
      } else {
        this.lineIsEmpty = true;
      }
    }
    this.keepPartial(chunk.subarray(eventStart));
    return this.release(chunk, releasable);
  }

  /** The stream has ended: the bytes that were held back. */
  flush(): Buffer | undefined {
    if (this.heldBytes === 0) {
      return undefined;
    }
    const rest = Buffer.concat(this.held, this.heldBytes);
    this.held = [];
    this.heldBytes = 0;
    return rest;
  }

  /** An event that never got its empty line; by the standard it is not dispatched, but it may hold the usage. */
  takePartial(): Buffer | undefined {
    if (this.partialBytes === 0 || this.oversized) {
      return undefined;
    }
    const partial = Buffer.concat(this.partial, this.partialBytes);
    this.partial = [];
    this.partialBytes = 0;
    return partial;
  }

  private complete(chunk: Buffer, start: number, end: number): boolean {
    const wasOversized = this.oversized || this.partialBytes + end - start > this.maxEventBytes;
    let isLast = false;
    if (wasOversized) {
      if (!this.oversized) this.onOversized();
    } else if (this.partialBytes === 0) {
      isLast = this.onEvent(chunk.subarray(start, end));
    } else {
      isLast = this.onEvent(Buffer.concat([...this.partial, chunk.subarray(start, end)]));
    }
    this.partial = [];
    this.partialBytes = 0;
    this.oversized = false;
    return isLast;
  }

  private keepPartial(rest: Buffer): void {
    if (rest.length === 0) {
      return;
    }
    this.partialBytes += rest.length;
    if (this.oversized) {
      return;
    }
    if (this.partialBytes > this.maxEventBytes) {
      this.oversized = true;
      this.partial = [];
      this.onOversized();
    } else {
      this.partial.push(rest);
    }
  }

  private release(chunk: Buffer, releasable: number): Buffer | undefined {
    // A large incomplete event is not the end of an answer, nor is a flood of events that look like one.
    const upTo = this.heldBytes + chunk.length - releasable > this.maxHeldBytes ? chunk.length : releasable;
    if (upTo === 0) {
      this.held.push(chunk);
      this.heldBytes += chunk.length;
      return undefined;
    }
    const head = upTo === chunk.length ? chunk : chunk.subarray(0, upTo);
    const out = this.heldBytes === 0 ? head : Buffer.concat([...this.held, head]);
    this.heldBytes = chunk.length - upTo;
    this.held = this.heldBytes === 0 ? [] : [chunk.subarray(upTo)];
    return out;
  }
}
