import { GeneratedText } from './generated-text.js';
import { dataOf, errorName, parseObject, unescapeJson } from './sse.event.js';
import { type EventFate, SseSplitter } from './sse.splitter.js';
import type { StreamObserver } from './stream.observer.js';
import type { UpstreamUsage } from './usage.reader.js';

export interface EventObserverOptions {
  /** An event beyond it is passed on unread and counted as malformed. Default 1 MiB. */
  readonly maxEventBytes?: number;
  /** Bytes held back at most. Default 16 KiB. */
  readonly maxHeldBytes?: number;
}

const MAX_PLAIN_CHARS = 4_096;

/** UTF-16 units of generated text that are kept for counting, of each stream as long as it is open. Longer answers are rare. */
const MAX_TEXT_CHARS = 65_536;

/** What may be said after a running usage without making it worthless. */
const FEW_CHARS = 64;
const MOST_CHARS_PER_TOKEN = 8;

const DATA = Buffer.from('data');

/** What becomes of an event; one that says nothing goes with the one before it, so that it sets no ending free. */
export type ReadFate = EventFate | 'follow';

/**
 * Watches a provider's event stream as it passes: learns usage, generated text, finish reason and errors, and tells
 * which bytes may go on now, so that the end of the answer can wait until its usage is durable. What an event means
 * is up to the format.
 */
export abstract class EventObserver implements StreamObserver {
  model: string | undefined;
  finishReason: string | undefined;
  /** An error event, as the provider worded it: `error.type` or `error.code`, else `error`. */
  error: string | undefined;
  /** An event said that the answer is complete. */
  done = false;
  /** A usage was sent that cannot be true. */
  badUsage = false;
  /** Events with data. */
  events = 0;
  /** Events that could not be read: broken JSON, or larger than allowed. */
  malformedEvents = 0;
  /** Generated text, or a sample of it. */
  readonly said = new GeneratedText(MAX_TEXT_CHARS);

  /** What the provider said of the prompt at the beginning. */
  protected begun: UpstreamUsage | undefined;
  private reported: UpstreamUsage | undefined;
  /** How much was said when that was reported. */
  private charsThen = 0;
  private last: EventFate = 'pass';
  private readonly splitter: SseSplitter;
  protected readonly addText = (piece: string): void => this.said.add(piece);

  constructor({ maxEventBytes, maxHeldBytes }: EventObserverOptions = {}) {
    this.splitter = new SseSplitter(
      (event) => this.inspect(event),
      () => void (this.malformedEvents += 1),
      maxEventBytes ?? 1_024 * 1_024,
      maxHeldBytes ?? 16 * 1_024,
    );
  }

  get whole(): boolean {
    return this.error === undefined && (this.done || this.finishReason !== undefined);
  }

  /** The last believable usage; `undefined` means that the caller counts {@link said}. */
  get usage(): UpstreamUsage | undefined {
    return this.isOutrun ? undefined : this.reported;
  }

  get prompt(): UpstreamUsage | undefined {
    return (this.isOutrun ? promptOf(this.reported) : undefined) ?? promptOf(this.begun);
  }

  /** Takes the next chunk and returns what may be sent to the client now; often the very same buffer. */
  push(chunk: Buffer): Buffer | undefined {
    return this.splitter.push(chunk);
  }

  /** The stream has ended: reads what is left and returns the bytes that were held back. */
  end(): Buffer | undefined {
    return this.splitter.end();
  }

  /**
   * The text, still escaped, of an event that is nothing but a piece of it: nearly every event is, and need not be
   * parsed as a whole.
   */
  protected abstract plainText(data: string): string | undefined;

  /** Reads any other event. */
  protected abstract read(json: Record<string, unknown>): ReadFate;

  protected readError(error: unknown): void {
    this.error = errorName(error);
  }

  /** An event told what the answer took so far. */
  protected report(usage: UpstreamUsage | undefined): void {
    this.reported = usage;
    this.charsThen = this.said.chars;
  }

  /**
   * Whether much more was said than the last usage knows of, whatever the provider says of the end. A running usage is
   * behind by no more than a few words, and one that covers most of the answer stands: it may know of thoughts that
   * nobody here can see. Ordinary text has more tokens than an eighth of its characters, so that to count it here
   * gives more than was reported.
   */
  private get isOutrun(): boolean {
    const { chars } = this.said;
    const tokens = this.reported?.completionTokens ?? Infinity;
    return chars - this.charsThen > FEW_CHARS && tokens * MOST_CHARS_PER_TOKEN < chars;
  }

  private inspect(event: Buffer): EventFate {
    const fate = this.fateOf(event);
    if (fate !== 'follow') this.last = fate;
    else if (this.last === 'drop') this.last = 'pass';
    return this.last;
  }

  private fateOf(event: Buffer): ReadFate {
    // Empty lines and comments cost next to nothing to send, so they must not cost more to read.
    if (event.length < DATA.length || !event.includes(DATA)) return 'follow';
    const data = dataOf(event.toString('utf8'));
    if (data === undefined) return 'follow';
    this.events += 1;
    if (data === '[DONE]') {
      this.done = true;
      return 'hold';
    }
    // Long events go to the parser at once: a regular expression is no tool for them.
    const plain = data.length <= MAX_PLAIN_CHARS ? this.plainText(data) : undefined;
    if (plain !== undefined) {
      this.addText(unescapeJson(plain));
      return 'pass';
    }
    const json = parseObject(data);
    if (json !== undefined) return this.read(json);
    this.malformedEvents += 1;
    return 'pass';
  }
}

/** A prompt without tokens is one that nothing is known of: some servers begin with zeros and say it at the end. */
function promptOf(usage: UpstreamUsage | undefined): UpstreamUsage | undefined {
  if (usage === undefined || usage.promptTokens === 0) return undefined;
  const { audioOutputTokens: _sound, imageOutputTokens: _pictures, ...prompt } = usage;
  return { ...prompt, completionTokens: 0, reasoningTokens: 0 };
}
