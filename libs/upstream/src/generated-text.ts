import { TokenCounter } from './token.counter.js';

/** As long as a text is in the pieces that it came in, it takes some twenty times its room. */
const BLOCK_CHARS = 1_024;

/**
 * Gathers what the model has written, for counting when the provider reports no usage.
 * Keeps no more than the first `maxChars` of it; the rest is measured, and counts like what was kept.
 */
export class GeneratedText {
  private readonly blocks: string[] = [];
  private recent = '';
  private keptChars = 0;
  private blockBytes = 0;
  private total = 0;

  constructor(private readonly maxChars = Infinity) {}

  /** What is written by a visitor that hands over one piece after the other. */
  static by(each: (add: (piece: string) => void) => void): GeneratedText {
    const text = new GeneratedText();
    each((piece) => text.add(piece));
    return text;
  }

  add(piece: string): void {
    this.total += piece.length;
    const room = this.maxChars - this.keptChars;
    if (room <= 0) return;
    const kept = piece.length <= room ? piece : piece.slice(0, room);
    this.keptChars += kept.length;
    this.recent += kept;
    if (this.recent.length >= BLOCK_CHARS) this.closeBlock();
  }

  /** The text, or its beginning when {@link chars} is larger than its length. Put together whenever it is asked for. */
  get text(): string {
    return this.blocks.join('') + this.recent;
  }

  /** UTF-16 units written in all. */
  get chars(): number {
    return this.total;
  }

  /** A quick guess at its tokens that does not read the text again: it is asked for every few seconds of a stream. */
  get estimate(): number {
    if (this.keptChars === 0) return TokenCounter.estimate(this.total);
    const bytes = this.blockBytes + Buffer.byteLength(this.recent);
    return TokenCounter.estimate((bytes * this.total) / this.keptChars, this.total);
  }

  /** To measure a string that was put together makes it one piece; whatever the pieces were cut from is let go of. */
  private closeBlock(): void {
    this.blockBytes += Buffer.byteLength(this.recent);
    this.blocks.push(this.recent);
    this.recent = '';
  }
}
