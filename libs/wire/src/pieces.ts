/** So many pieces become one block; the list stays short however small they are, and each is copied twice at most. */
const PIECES_PER_BLOCK = 1_024;

/** A text that comes in pieces and is put together once, when it is whole. */
export class Pieces {
  private blocks: string[] = [];
  private pieces: string[] = [];
  private chars = 0;

  get length(): number {
    return this.chars;
  }

  add(piece: string): void {
    // An empty piece would take a place in the list without counting in the length.
    if (piece === '') return;
    this.chars += piece.length;
    this.pieces.push(piece);
    if (this.pieces.length < PIECES_PER_BLOCK) return;
    this.blocks.push(this.pieces.join(''));
    this.pieces = [];
  }

  /** The whole text; afterwards there is none. */
  take(): string {
    const whole = [...this.blocks, ...this.pieces].join('');
    this.blocks = [];
    this.pieces = [];
    this.chars = 0;
    return whole;
  }
}
