/**
 * Gathers what the model has written, for counting when the provider reports no usage.
 * Keeps no more than the first `maxChars` of it; the rest is measured, and counts like what was kept.
 */
export class GeneratedText {
  private kept = '';
  private total = 0;

  constructor(private readonly maxChars: number) {}

  add(piece: string): void {
    this.total += piece.length;
    const room = this.maxChars - this.kept.length;
    if (room > 0) {
      this.kept += piece.length <= room ? piece : piece.slice(0, room);
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
