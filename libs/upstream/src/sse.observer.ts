import { EventObserver, type EventObserverOptions } from './event.observer.js';
import { eachGeneratedText, finishReasonOf } from './openai-chunk.js';
import { type Figures, figuresOf } from './sse.event.js';
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

/** What a usage says beside tokens. All of it can be as long as an event, and is kept until the stream ends. */
const BESIDE_TOKENS: Figures = { seconds: true, server_tool_use: { web_search_requests: true } };

/** No answer searches as often. */
const MOST_SEARCHES = 1_000;
/** `search`, `open_page`, `find_in_page`. */
const MAX_ACTION_CHARS = 32;

/**
 * Watches a stream in OpenAI's wire format as it passes. Held back are `data: [DONE]`, an event that closes the answer
 * or says what it took, and an incomplete event; never generated text that more text follows.
 */
export class SseObserver extends EventObserver {
  /** Of a response; what a chunk of a chat is called is no use to anybody. */
  answerId: string | undefined;
  /** The searches of the web among what a response did, no more of each than what kind it was. */
  readonly searched: Record<string, unknown>[] = [];
  /** What the last usage says beside tokens, as the provider words it. */
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
    if (json['type'] === 'response.output_item.done') this.noteSearch(asRecord(json['item']) ?? {});
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

  private noteSearch({ type, action }: Record<string, unknown>): void {
    if (type !== 'web_search_call' || this.searched.length === MOST_SEARCHES) return;
    const kind = asRecord(action)?.['type'] ?? undefined;
    const isLong = typeof kind !== 'string' || kind.length > MAX_ACTION_CHARS;
    this.searched.push(kind === undefined ? { type } : { type, action: { type: isLong ? 'unknown' : kind } });
  }

  private readUsage(json: Record<string, unknown>): boolean {
    if (asRecord(json['usage']) === undefined && asRecord(json['response']) === undefined) {
      return false;
    }
    const said = asRecord(json['usage']) ?? asRecord(asRecord(json['response'])?.['usage']);
    if (said !== undefined) this.saidUsage = figuresOf(said, BESIDE_TOKENS);
    const usage = usageOf(json);
    this.badUsage ||=
      usage === undefined && (misreports(json['usage']) || misreports(asRecord(json['response'])?.['usage']));
    if (usage !== undefined) this.report(usage);
    return asRecord(json['usage']) !== undefined;
  }
}
