import { GeneratedText } from './generated-text.js';
import { eachGeneratedText, finishReasonOf } from './openai-chunk.js';
import { dataOf, errorName, parseObject, unescapeJson } from './sse.event.js';
import { type EventFate, SseSplitter } from './sse.splitter.js';
import type { StreamObserver } from './stream.observer.js';
import { answerIdOf, asRecord, misreports, usageOf } from './usage.reader.js';
import type { UpstreamUsage } from './usage.reader.js';

export interface SseObserverOptions {
  /** An event beyond it is passed on unread and counted as malformed. Default 1 MiB. */
  maxEventBytes?: number;
  /** Bytes held back at most. Default 16 KiB. */
  maxHeldBytes?: number;
  /** The usage was asked for by us, not by the caller: the event that brings nothing else does not go on. */
  dropUsage?: boolean;
  /** UTF-16 units of generated text that are kept for counting. Default 200 000. */
  maxTextChars?: number;
}

/**
 * The shape of nearly every event of a chat stream: one choice whose delta is a piece of text. Inside a JSON string a
 * quote is always escaped, so this cannot match within generated text.
 */
const PLAIN_DELTA = /"delta":\s?\{(?:"role":\s?"assistant",\s?)?"content":\s?"((?:[^"\\]|\\.)*)"\s?\}/;
const MAX_PLAIN_CHARS = 4096;
/** What makes an event worth parsing as a whole, whatever its delta is. */
const MATTERS = /"(?:usage|error)":\s?[{"]|"finish_reason":\s?"/;

/** Events that end an answer and say what it took: responses, speech, transcriptions, images. */
const CLOSING = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'speech.audio.done',
  'transcript.text.done',
  'image_generation.completed',
]);

/**
 * Watches a provider's event stream as it passes: learns usage, generated text, finish reason and errors, and tells
 * which bytes may go on now, so that the end of the answer can wait until its usage is durable.
 *
 * Held back are `data: [DONE]`, a closing usage event, and an incomplete event; never generated text that is complete.
 */
export class SseObserver implements StreamObserver {
  /** The last believable usage; `undefined` means that the caller counts {@link text}. */
  usage: UpstreamUsage | undefined;
  model: string | undefined;
  /** Of a response; what a chunk of a chat is called is no use to anybody. */
  answerId: string | undefined;
  finishReason: string | undefined;
  /** An error event, as the provider worded it: `error.type` or `error.code`, else `error`. */
  error: string | undefined;
  /** `data: [DONE]` (or a closing event of the same meaning) was seen: the answer is complete. */
  done = false;
  /** Events with data. */
  events = 0;
  /** Events that could not be read: broken JSON, or larger than allowed. */
  malformedEvents = 0;
  /** A usage was sent that cannot be true. */
  badUsage = false;

  private readonly dropUsage: boolean;
  private readonly generated: GeneratedText;
  private readonly splitter: SseSplitter;
  private readonly addText = (piece: string): void => this.generated.add(piece);

  constructor(options: SseObserverOptions = {}) {
    this.dropUsage = options.dropUsage === true;
    this.generated = new GeneratedText(options.maxTextChars ?? 200_000);
    this.splitter = new SseSplitter(
      (event) => this.inspect(event),
      () => void (this.malformedEvents += 1),
      options.maxEventBytes ?? 1024 * 1024,
      options.maxHeldBytes ?? 16 * 1024,
    );
  }

  get whole(): boolean {
    return this.error === undefined && (this.done || this.finishReason !== undefined);
  }

  /** Generated text, cut at `maxTextChars`. */
  get text(): string {
    return this.generated.text;
  }

  /** UTF-16 units of generated text in all, also of what was not kept. */
  get textChars(): number {
    return this.generated.chars;
  }

  /** Takes the next chunk and returns what may be sent to the client now; often the very same buffer. */
  push(chunk: Buffer): Buffer | undefined {
    return this.splitter.push(chunk);
  }

  /** The stream has ended: reads what is left and returns the bytes that were held back. */
  end(): Buffer | undefined {
    return this.splitter.end();
  }

  /** Reads one event. */
  private inspect(event: Buffer): EventFate {
    const data = dataOf(event.toString('utf8'));
    if (data === undefined) {
      return 'pass';
    }
    this.events += 1;
    if (data === '[DONE]') {
      this.done = true;
      return 'hold';
    }
    // Long events go to the parser at once: a regular expression is no tool for them.
    if (data.length <= MAX_PLAIN_CHARS && !MATTERS.test(data)) {
      const plain = PLAIN_DELTA.exec(data)?.[1];
      if (plain !== undefined && data.indexOf('"delta"') === data.lastIndexOf('"delta"')) {
        this.addText(unescapeJson(plain));
        return 'pass';
      }
    }
    return this.readJson(data);
  }

  private readJson(data: string): EventFate {
    const json = parseObject(data);
    if (json === undefined) {
      this.malformedEvents += 1;
      return 'pass';
    }
    eachGeneratedText(json, this.addText);
    const response = asRecord(json['response']);
    const { model } = response ?? json;
    if (typeof model === 'string') this.model = model;
    this.answerId = answerIdOf(response) ?? this.answerId;
    this.finishReason = finishReasonOf(json) ?? this.finishReason;
    if (json['error'] !== undefined && json['error'] !== null) {
      this.error = errorName(json['error']);
    }
    const carriesUsage = this.readUsage(json);
    if (CLOSING.has(String(json['type']))) {
      this.done = true;
      return 'hold';
    }
    const choices = json['choices'];
    const isNothingElse = carriesUsage && Array.isArray(choices) && choices.length === 0;
    if (!isNothingElse || json['error'] !== undefined) return 'pass';
    return this.dropUsage ? 'drop' : 'hold';
  }

  private readUsage(json: Record<string, unknown>): boolean {
    if (asRecord(json['usage']) === undefined && asRecord(json['response']) === undefined) {
      return false;
    }
    const usage = usageOf(json);
    this.badUsage ||=
      usage === undefined && (misreports(json['usage']) || misreports(asRecord(json['response'])?.['usage']));
    this.usage = usage ?? this.usage;
    return asRecord(json['usage']) !== undefined;
  }
}
