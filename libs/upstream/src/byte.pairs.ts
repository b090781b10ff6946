import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import { hashOf, type TokenTables } from './token.tables.js';

/** The longest text that is counted at once, in UTF-16 units. */
export const MAX_CHARS = 512;
const MAX_BYTES = 3 * MAX_CHARS;
/** A place in the heap is a rank (18 bits) and where its pair begins, so the lowest and then the first one leads. */
const PLACE_BITS = 11;
const PLACE_MASK = 2 ** PLACE_BITS - 1;
const NONE = -1;

/**
 * Byte pair encoding with o200k_base, as far as counting needs it: how many tokens a text becomes, not which. A piece
 * of n bytes takes O(n log n), whatever it is made of.
 */
export class BytePairs {
  private readonly encoder = new TextEncoder();
  private readonly piece = new Uint8Array(MAX_BYTES);
  /** By the first byte of a part: where the next and the last part begin, and the rank of it and the next one joined. */
  private readonly next = new Int32Array(MAX_BYTES + 1);
  private readonly previous = new Int32Array(MAX_BYTES + 1);
  private readonly ranks = new Int32Array(MAX_BYTES + 1);
  /** Every pair that ever was: one for each byte, and two for each time that parts were joined. */
  private readonly heap = new Int32Array(3 * MAX_BYTES);
  private heaped = 0;

  constructor(private readonly tables: TokenTables) {}

  /**
   * Text that happens to spell a control token is text.
   *
   * @param text of at most {@link MAX_CHARS}
   */
  count(text: string): number {
    let tokens = 0;
    for (const [piece] of text.matchAll(O200K_TOKEN_SPLIT_REGEX)) {
      const { written } = this.encoder.encodeInto(piece, this.piece);
      tokens += this.rankOf(0, written) === NONE ? this.joined(written) : 1;
    }
    return tokens;
  }

  /** Joins the neighbours of the lowest rank until no two of them are a token. @returns how many parts are left */
  private joined(length: number): number {
    const { next, previous, ranks } = this;
    this.heaped = 0;
    for (let at = 0; at <= length; at += 1) {
      next[at] = at + 1;
      previous[at] = at - 1;
    }
    for (let at = 0; at < length; at += 1) this.rank(at, length);
    let parts = length;
    while (this.heaped > 0) {
      const lowest = this.taken();
      const at = lowest & PLACE_MASK;
      // One of the two was joined with another one since.
      if (ranks[at] !== lowest >> PLACE_BITS) continue;
      const joined = next[at] as number;
      const after = next[joined] as number;
      ranks[joined] = NONE;
      next[at] = after;
      previous[after] = at;
      parts -= 1;
      this.rank(at, length);
      if (at > 0) this.rank(previous[at] as number, length);
    }
    return parts;
  }

  private rank(at: number, length: number): void {
    const middle = this.next[at] as number;
    const rank = middle < length ? this.rankOf(at, this.next[middle] as number) : NONE;
    this.ranks[at] = rank;
    if (rank !== NONE) this.put((rank << PLACE_BITS) | at);
  }

  private rankOf(from: number, to: number): number {
    const { slots, starts } = this.tables;
    const mask = slots.length - 1;
    for (let slot = hashOf(this.piece, from, to) & mask; ; slot = (slot + 1) & mask) {
      const rank = slots[slot] as number;
      if (rank === NONE) return NONE;
      const start = starts[rank] as number;
      if ((starts[rank + 1] as number) - start === to - from && this.isAt(start, from, to)) return rank;
    }
  }

  private isAt(start: number, from: number, to: number): boolean {
    const { bytes } = this.tables;
    for (let at = from; at < to; at += 1) if (bytes[start + at - from] !== this.piece[at]) return false;
    return true;
  }

  private put(entry: number): void {
    const { heap } = this;
    let at = this.heaped;
    this.heaped += 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((heap[above] as number) <= entry) break;
      heap[at] = heap[above] as number;
      at = above;
    }
    heap[at] = entry;
  }

  private taken(): number {
    const { heap } = this;
    const lowest = heap[0] as number;
    this.heaped -= 1;
    const entry = heap[this.heaped] as number;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.heaped) break;
      if (below + 1 < this.heaped && (heap[below + 1] as number) < (heap[below] as number)) below += 1;
      if ((heap[below] as number) >= entry) break;
      heap[at] = heap[below] as number;
      at = below;
    }
    heap[at] = entry;
    return lowest;
  }
}
