import { StringDecoder } from 'node:string_decoder';
import { Pieces } from './pieces.js';

/** More text than any event of these formats has; a provider that never ends one must not fill the memory. */
const MAX_EVENT_CHARS = 8 * 1_024 * 1_024;

/** Takes the bytes of an event stream as they come, cut anywhere, and gives the data of each complete event. */
export class EventDecoder {
  private readonly decoder = new StringDecoder('utf8');
  /** The beginning of a line whose end has not come. What is in it is not searched again. */
  private readonly unfinished = new Pieces();
  /** The last character was a carriage return: a line feed that follows belongs to the same line end. */
  private halfEnded = false;
  private data: string[] = [];
  /** The length of the lines since the event's first one with data, whatever they say: each may keep what it was cut from. */
  private chars = 0;

  /** @throws Error when an event is too large to be one */
  push(chunk: Buffer): string[] {
    return this.read(this.decoder.write(chunk));
  }

  /** The stream has ended: an event that never got its empty line counts, since it may be the closing one. */
  end(): string[] {
    return this.read('\n\n');
  }

  private read(text: string): string[] {
    if (text === '') return [];
    const lines = text.slice(this.halfEnded && text.startsWith('\n') ? 1 : 0).split(/\r\n|\r|\n/);
    this.halfEnded = text.endsWith('\r');
    const rest = lines.pop() ?? '';
    const events = lines.flatMap((line) => this.take(this.whole(line)) ?? []);
    this.unfinished.add(rest);
    this.check(this.chars + this.unfinished.length);
    return events;
  }

  private check(chars: number): void {
    if (chars > MAX_EVENT_CHARS) throw new Error('An event of the provider is too large.');
  }

  private whole(end: string): string {
    if (this.unfinished.length === 0) return end;
    this.unfinished.add(end);
    return this.unfinished.take();
  }

  private take(line: string): string | undefined {
    if (line === '' && this.data.length > 0) {
      const event = this.data.join('\n');
      this.data = [];
      this.chars = 0;
      return event;
    }
    if (line.startsWith('data:')) this.data.push(line.slice(line[5] === ' ' ? 6 : 5));
    // Notes between events keep a connection alive, for hours if need be, and nothing of them is kept.
    if (this.data.length > 0) this.chars += line.length + 1;
    this.check(this.chars);
    return undefined;
  }
}
