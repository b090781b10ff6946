/**
 * Gathers what the model has written, for counting when the provider reports no usage.
 * Keeps at most `maxChars` of it; the rest is only measured, since beyond that a count is an estimate anyway.
 */
export class GeneratedText {
  private kept = '';
  private total = 0;

  constructor(private readonly maxChars: number) {}

  add(piece: string): void {
    this.total += piece.length;
    if (this.kept.length + piece.length <= this.maxChars) {
      this.kept += piece;
    }
  }

  /** The text, or its beginning when {@link chars} is larger than its length. */
  get text(): string {
    return this.kept;
  }

  /** UTF-16 units written in all. */
  get chars(): number {
    return this.total;
  }
}
