const LF = 0x0a;
const CR = 0x0d;

const NONE = Buffer.alloc(0);

/**
 * What becomes of an event:
 * - `pass`: it goes on.
 * - `hold`: it may be the last one, so it waits.
 * - `drop`: it is not for the client. An event so large that its beginning went on already is not dropped.
 */
export type EventFate = 'pass' | 'hold' | 'drop';
export type EventListener = (event: Buffer) => EventFate;

/** A range of the bytes that were not released yet, the held ones first. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A shorter piece is small beside the hundred bytes and more that it takes as an object. */
const SMALL_BYTES = 1_024;
/** So many small pieces in a row become one, and long pieces stay as they are: hardly a byte is copied more than twice. */
const MANY = 64;

/** Bytes that wait in the order in which they came. */
class Gathered {
  length = 0;
  private pieces: Buffer[] = [];
  /** At the end of the list: small pieces as they came, and before them such as were joined and are still small. */
  private small = 0;
  private joined = 0;

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.length += piece.length;
    this.pieces.push(piece);
    if (piece.length >= SMALL_BYTES) {
      this.small = 0;
      this.joined = 0;
    } else {
      this.small += 1;
      if (this.small === MANY) this.join();
    }
  }

  /** All of them, and one more behind them. */
  with(last: Buffer): Buffer {
    return Buffer.concat([...this.pieces, last], this.length + last.length);
  }

  clear(): void {
    if (this.length === 0) return;
    this.length = 0;
    this.pieces = [];
    this.small = 0;
    this.joined = 0;
  }

  private join(): void {
    this.small = 0;
    this.joined = this.joinLast() < SMALL_BYTES ? this.joined + 1 : 0;
    if (this.joined < MANY) return;
    this.joined = 0;
    this.joinLast();
  }

  private joinLast(): number {
    const one = Buffer.concat(this.pieces.splice(-MANY));
    this.pieces.push(one);
    return one.length;
  }
}

/**
 * Cuts a Server-Sent Events stream at its event boundaries without changing a byte, and holds its end back.
 *
 * Lines end in LF, CRLF or CR, and an empty line ends an event (WHATWG HTML §9.2.5). Chunks may be cut anywhere.
 * What {@link push} and {@link end} return is, put together, exactly what was pushed, without the events that are dropped.
 */
export class SseSplitter {
  /** Bytes received and not yet released: trailing events that may be the last, and an incomplete one. */
  private readonly held = new Gathered();
  private dropped: Range[] = [];
  /** The incomplete event at the end, for the listener. */
  private readonly partial = new Gathered();
  /** Of an event that is too large, bytes that are not kept as well. */
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
          if (releasable === i && this.held.length === 0) releasable = i + 1;
          this.extendDrop(this.held.length + i);
          eventStart = i + 1;
        }
        continue;
      }
      this.afterCr = byte === CR;
      if (byte !== LF && byte !== CR) {
        this.lineIsEmpty = false;
      } else if (this.lineIsEmpty) {
        const fate = this.complete(chunk, eventStart, i + 1);
        eventStart = i + 1;
        if (fate === 'pass') releasable = eventStart + (this.afterCr && chunk[eventStart] === LF ? 1 : 0);
      } else {
        this.lineIsEmpty = true;
      }
    }
    this.keepPartial(chunk.subarray(eventStart));
    return this.release(chunk, releasable);
  }

  /**
   * The stream has ended: the bytes that were held back. An event that never got its empty line is reported first; by
   * the standard it is not dispatched, but it may hold the usage.
   */
  end(): Buffer | undefined {
    if (this.partialBytes > 0 && !this.oversized) {
      const fate = this.onEvent(this.partial.with(NONE));
      if (fate === 'drop') this.drop(this.held.length - this.partialBytes, this.held.length);
    }
    this.partial.clear();
    this.partialBytes = 0;
    const rest = this.without(this.held.with(NONE), this.held.length);
    this.held.clear();
    return rest;
  }

  private complete(chunk: Buffer, start: number, end: number): EventFate {
    const wasOversized = this.oversized || this.partialBytes + end - start > this.maxEventBytes;
    let fate: EventFate = 'pass';
    if (wasOversized) {
      if (!this.oversized) this.onOversized();
    } else if (this.partialBytes === 0) {
      fate = this.onEvent(chunk.subarray(start, end));
    } else {
      fate = this.onEvent(this.partial.with(chunk.subarray(start, end)));
    }
    if (fate === 'drop') this.drop(this.held.length + start - this.partialBytes, this.held.length + end);
    this.partial.clear();
    this.partialBytes = 0;
    this.oversized = false;
    return fate;
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
      this.partial.clear();
      this.onOversized();
    } else {
      this.partial.add(rest);
    }
  }

  private release(chunk: Buffer, releasable: number): Buffer | undefined {
    // A large incomplete event is not the end of an answer, nor is a flood of events that look like one.
    const upTo = this.held.length + chunk.length - releasable > this.maxHeldBytes ? chunk.length : releasable;
    if (upTo === 0) {
      this.held.add(chunk);
      return undefined;
    }
    const head = upTo === chunk.length ? chunk : chunk.subarray(0, upTo);
    const all = this.held.length === 0 ? head : this.held.with(head);
    const out = this.without(all, all.length);
    this.held.clear();
    if (upTo < chunk.length) this.held.add(chunk.subarray(upTo));
    return out;
  }

  private drop(start: number, end: number): void {
    if (start >= 0) this.dropped.push({ start, end });
  }

  private extendDrop(at: number): void {
    const last = this.dropped.at(-1);
    if (last?.end === at) this.dropped.splice(-1, 1, { start: last.start, end: at + 1 });
  }

  /** The next `bytes` without what is dropped of them. Events are never released in part once they are complete. */
  private without(all: Buffer, bytes: number): Buffer | undefined {
    if (this.dropped.length === 0) return all.length === 0 ? undefined : all;
    const kept: Buffer[] = [];
    let at = 0;
    for (const { start, end } of this.dropped.filter((range) => range.start < bytes)) {
      kept.push(all.subarray(at, start));
      at = end;
    }
    this.dropped = this.dropped
      .filter(({ start }) => start >= bytes)
      .map(({ start, end }) => ({ start: start - bytes, end: end - bytes }));
    const out = Buffer.concat([...kept, all.subarray(at)]);
    return out.length === 0 ? undefined : out;
  }
}
