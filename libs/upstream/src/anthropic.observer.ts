import { GeneratedText } from './generated-text.js';
import { dataOf, errorName, parseObject, unescapeJson } from './sse.event.js';
import { SseSplitter } from './sse.splitter.js';
import type { StreamObserver } from './stream.observer.js';
import { anthropicUsageOf, asRecord, misreports } from './usage.reader.js';
import type { UpstreamUsage } from './usage.reader.js';

/** Nearly every event of a message: a piece of text, of thought, or of a tool's input. Matched as a whole, so that nothing hides. */
const PLAIN_DELTA =
  /^\{"type":\s?"content_block_delta",\s?"index":\s?\d+,\s?"delta":\s?\{"type":\s?"[a-z_]{1,20}_delta",\s?"(?:text|thinking|partial_json)":\s?"((?:[^"\\]|\\.)*)"\s?\}\s*\}\s*$/;
const MAX_PLAIN_CHARS = 4_096;
const MAX_EVENT_BYTES = 1_024 * 1_024;
const MAX_HELD_BYTES = 16 * 1_024;
const MAX_TEXT_CHARS = 200_000;

/**
 * Watches a stream in Anthropic's wire format as it passes: the prompt's usage comes with `message_start`, the whole of
 * it with `message_delta`. Held back are `message_delta`, `message_stop` and an incomplete event.
 */
export class AnthropicObserver implements StreamObserver {
  usage: UpstreamUsage | undefined;
  prompt: UpstreamUsage | undefined;
  /** The closing usage as the provider worded it; it may name more than tokens. */
  closing: Record<string, unknown> | undefined;
  model: string | undefined;
  finishReason: string | undefined;
  /** An error event, as the provider worded it. */
  error: string | undefined;
  /** `message_stop` was seen: the answer is complete. */
  done = false;
  malformedEvents = 0;
  /** A usage was sent that cannot be true. */
  badUsage = false;

  private started: Record<string, unknown> = {};
  private readonly generated = new GeneratedText(MAX_TEXT_CHARS);
  private readonly splitter = new SseSplitter(
    (event) => (this.inspect(event) ? 'hold' : 'pass'),
    () => void (this.malformedEvents += 1),
    MAX_EVENT_BYTES,
    MAX_HELD_BYTES,
  );

  get whole(): boolean {
    return this.error === undefined && (this.done || this.finishReason !== undefined);
  }

  get text(): string {
    return this.generated.text;
  }

  get textChars(): number {
    return this.generated.chars;
  }

  push(chunk: Buffer): Buffer | undefined {
    return this.splitter.push(chunk);
  }

  end(): Buffer | undefined {
    return this.splitter.end();
  }

  /** Reads one event; true when it may be the last of the answer. */
  private inspect(event: Buffer): boolean {
    const data = dataOf(event.toString('utf8'));
    if (data === undefined) {
      return false;
    }
    const plain = data.length <= MAX_PLAIN_CHARS ? PLAIN_DELTA.exec(data)?.[1] : undefined;
    if (plain !== undefined) {
      this.generated.add(unescapeJson(plain));
      return false;
    }
    const json = parseObject(data);
    if (json === undefined) {
      this.malformedEvents += 1;
      return false;
    }
    return this.read(json);
  }

  private read(json: Record<string, unknown>): boolean {
    switch (json['type']) {
      case 'message_start':
        this.readStart(asRecord(json['message']) ?? {});
        return false;
      case 'content_block_start':
        eachAnthropicText([json['content_block']], (piece) => this.generated.add(piece));
        return false;
      case 'content_block_delta':
        this.addDelta(asRecord(json['delta']) ?? {});
        return false;
      case 'message_delta':
        this.readEnd(json);
        return true;
      case 'message_stop':
        this.done = true;
        return true;
      case 'error':
        this.error = errorName(json['error']);
        return false;
      default:
        return false;
    }
  }

  private readStart({ usage, model }: Record<string, unknown>): void {
    this.started = asRecord(usage) ?? {};
    this.prompt = anthropicUsageOf({ ...this.started, output_tokens: 0 });
    this.model = typeof model === 'string' ? model : undefined;
  }

  private addDelta(delta: Record<string, unknown>): void {
    const piece = delta['text'] ?? delta['thinking'] ?? delta['partial_json'];
    if (typeof piece === 'string') {
      this.generated.add(piece);
    }
  }

  /** Its figures are those of the whole answer; what it leaves out stands as it was said at the beginning. */
  private readEnd(json: Record<string, unknown>): void {
    const reason = asRecord(json['delta'])?.['stop_reason'];
    this.finishReason = typeof reason === 'string' ? reason : this.finishReason;
    const said = Object.entries(asRecord(json['usage']) ?? {}).filter(([, value]) => value !== null);
    if (said.length > 0) {
      const { output_tokens: _guess, ...started } = this.started;
      this.closing = { ...started, ...Object.fromEntries(said) };
      this.usage = anthropicUsageOf(this.closing);
      this.badUsage = this.usage === undefined && misreports(this.closing);
    }
  }
}

/** Calls `add` with every piece of generated text in the content blocks of a message. */
export function eachAnthropicText(content: unknown, add: (piece: string) => void): void {
  for (const item of Array.isArray(content) ? content : []) {
    const block = asRecord(item) ?? {};
    for (const piece of [block['text'], block['thinking'], block['name']]) {
      if (typeof piece === 'string' && piece !== '') {
        add(piece);
      }
    }
    const input = asRecord(block['input']);
    if (input !== undefined && Object.keys(input).length > 0) {
      add(JSON.stringify(input));
    }
  }
}
