import { EventObserver, type EventObserverOptions } from './event.observer.js';
import { eachGeneratedText, finishReasonOf } from './openai-chunk.js';
import type { EventFate } from './sse.splitter.js';
import { answerIdOf, asRecord, misreports, usageOf } from './usage.reader.js';

export interface SseObserverOptions extends EventObserverOptions {
  /** The usage was asked for by us, not by the caller: the event that brings nothing else does not go on. */
  readonly dropUsage?: boolean;
}

/**
 * The shape of nearly every event of a chat stream: one choice whose delta is a piece of text. Inside a JSON string a
 * quote is always escaped, so this cannot match within generated text.
 */
const PLAIN_DELTA = /"delta":\s?\{(?:"role":\s?"assistant",\s?)?"content":\s?"((?:[^"\\]|\\.)*)"\s?\}/;
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
  'image_edit.completed',
]);

/**
 * Watches a stream in OpenAI's wire format as it passes. Held back are `data: [DONE]`, an event that closes the answer
 * or says what it took, and an incomplete event; never generated text that more text follows.
 */
export class SseObserver extends EventObserver {
  /** Of a response; what a chunk of a chat is called is no use to anybody. */
  answerId: string | undefined;
  /** The searches of the web among what a response did, as the provider words them. */
  readonly searched: Record<string, unknown>[] = [];
  /** The last usage, as the provider words it: it can have more in it than tokens. */
  saidUsage: Record<string, unknown> | undefined;
  private readonly dropUsage: boolean;

  constructor(options: SseObserverOptions = {}) {
    super(options);
    this.dropUsage = options.dropUsage === true;
  }

  protected plainText(data: string): string | undefined {
    if (MATTERS.test(data)) return undefined;
    const plain = PLAIN_DELTA.exec(data)?.[1];
    return plain !== undefined && data.indexOf('"delta"') === data.lastIndexOf('"delta"') ? plain : undefined;
  }

  protected read(json: Record<string, unknown>): EventFate {
    eachGeneratedText(json, this.addText);
    const response = asRecord(json['response']);
    const { model } = response ?? json;
    this.answerId = answerIdOf(response) ?? this.answerId;
    if (typeof model === 'string') this.model = model;
    const item = asRecord(json['item']);
    if (json['type'] === 'response.output_item.done' && item?.['type'] === 'web_search_call') this.searched.push(item);
    const finishReason = finishReasonOf(json);
    this.finishReason = finishReason ?? this.finishReason;
    const carriesUsage = this.readUsage(json);
    if (json['error'] !== undefined && json['error'] !== null) this.readError(json['error']);
    if (CLOSING.has(String(json['type']))) {
      this.done = true;
      return 'hold';
    }
    if (!carriesUsage || json['error'] !== undefined) return 'pass';
    const choices = json['choices'];
    if (Array.isArray(choices) && choices.length === 0) return this.dropUsage ? 'drop' : 'hold';
    // Some say it together with the last choice; who did not ask for it gets that as it comes.
    return finishReason !== undefined && !this.dropUsage ? 'hold' : 'pass';
  }

  private readUsage(json: Record<string, unknown>): boolean {
    if (asRecord(json['usage']) === undefined && asRecord(json['response']) === undefined) {
      return false;
    }
    this.saidUsage = asRecord(json['usage']) ?? asRecord(asRecord(json['response'])?.['usage']) ?? this.saidUsage;
    const usage = usageOf(json);
    this.badUsage ||=
      usage === undefined && (misreports(json['usage']) || misreports(asRecord(json['response'])?.['usage']));
    this.usage = usage ?? this.usage;
    return asRecord(json['usage']) !== undefined;
  }
}
