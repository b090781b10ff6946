import { TokenCounter } from './token.counter.js';

/** As long as a text is in the pieces that it came in, it takes some twenty times its room. */
const BLOCK_CHARS = 1_024;

/**
 * Gathers what the model has written, for counting when the provider reports no usage. Of a text that is longer than
 * `maxChars` blocks from all over it are kept, chosen at random, and the whole counts like these: whoever knew which could
 * have the rest written for little.
 */
export class GeneratedText {
  private blocks: string[] = [];
  private recent = '';
  private blockBytes = 0;
  private total = 0;
  /** One of so many blocks is kept. */
  private stride = 1;
  private seen = 0;
  private chosen = '';
  private readonly mostBlocks: number;

  constructor(maxChars = Infinity) {
    this.mostBlocks = 2 * Math.ceil(maxChars / BLOCK_CHARS / 2);
  }

  /** What is written by a visitor that hands over one piece after the other. */
  static by(each: (add: (piece: string) => void) => void): GeneratedText {
    const text = new GeneratedText();
    each((piece) => text.add(piece));
    return text;
  }

  add(piece: string): void {
    this.total += piece.length;
    if (piece.length <= BLOCK_CHARS) {
      this.append(piece);
      return;
    }
    for (let at = 0; at < piece.length; at += BLOCK_CHARS) this.append(piece.slice(at, at + BLOCK_CHARS));
    this.recent = ownCopy(this.recent);
  }

  /** The text, or what is kept of it where {@link chars} is larger than its length. Put together whenever it is asked for. */
  get text(): string {
    return (this.stride === 1 ? [...this.blocks, this.recent] : this.blocks).join('');
  }

  /** UTF-16 units written in all. */
  get chars(): number {
    return this.total;
  }

  /** A quick guess at its tokens that does not read the text again: it is asked for every few seconds of a stream. */
  get estimate(): number {
    return TokenCounter.estimate(this.blockBytes + Buffer.byteLength(this.recent), this.total);
  }

  private append(piece: string): void {
    this.recent += piece;
    if (this.recent.length < BLOCK_CHARS) return;
    const block = ownCopy(this.recent);
    this.blockBytes += Buffer.byteLength(block);
    this.recent = '';
    this.keep(block);
  }

  private keep(block: string): void {
    this.seen += 1;
    if (Math.random() * this.seen < 1) this.chosen = block;
    if (this.seen < this.stride) return;
    this.blocks.push(this.chosen);
    this.seen = 0;
    if (this.blocks.length < this.mostBlocks) return;
    let kept = 0;
    // One of each two neighbours.
    this.blocks = this.blocks.filter((_, at) => {
      if (at % 2 === 0) kept = at + (Math.random() < 0.5 ? 0 : 1);
      return at === kept;
    });
    this.stride *= 2;
  }
}

/** The same string in memory of its own: one that is cut from another keeps that, one that is put together keeps its pieces. */
function ownCopy(text: string): string {
  const half = Math.floor(text.length / 2);
  const copy = text.slice(0, half) + text.slice(half);
  // To measure what was put together makes it one piece.
  Buffer.byteLength(copy);
  return copy;
}
