import { StringDecoder } from 'node:string_decoder';

/** More text than any event of these formats has; a provider that never ends one must not fill the memory. */
const MAX_EVENT_CHARS = 8 * 1_024 * 1_024;

/** Takes the bytes of an event stream as they come, cut anywhere, and gives the data of each complete event. */
export class EventDecoder {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private data: string[] = [];

  /** @throws Error when an event is too large to be one */
  push(chunk: Buffer): string[] {
    return this.read(this.rest + this.decoder.write(chunk));
  }

  /** The stream has ended: an event that never got its empty line counts, since it may be the closing one. */
  end(): string[] {
    return this.read(`${this.rest}\n\n`);
  }

  private read(text: string): string[] {
    // A carriage return at the end may be half of a line end.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\r|\n/);
    this.rest = (lines.pop() ?? '') + text.slice(end);
    if (this.rest.length > MAX_EVENT_CHARS) throw new Error('An event of the provider is too large.');
    return lines.flatMap((line) => this.take(line) ?? []);
  }

  private take(line: string): string | undefined {
    if (line === '' && this.data.length > 0) {
      const event = this.data.join('\n');
      this.data = [];
      return event;
    }
    if (line.startsWith('data:')) this.data.push(line.slice(line[5] === ' ' ? 6 : 5));
    return undefined;
  }
}
