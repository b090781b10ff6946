import { EventObserver, type ReadFate } from './event.observer.js';
import { type Figures, figuresOf } from './sse.event.js';
import { anthropicUsageOf, asRecord, misreports } from './usage.reader.js';

/** Nearly every event of a message: a piece of text, of thought, or of a tool's input. Matched as a whole, so that nothing hides. */
const PLAIN_DELTA =
  /^\{"type":\s?"content_block_delta",\s?"index":\s?\d+,\s?"delta":\s?\{"type":\s?"[a-z_]{1,20}_delta",\s?"(?:text|thinking|partial_json)":\s?"((?:[^"\\]|\\.)*)"\s?\}\s*\}\s*$/;

/** What is read of a usage. All of it can be as long as an event, and is kept until the stream ends. */
const FIGURES: Figures = {
  input_tokens: true,
  output_tokens: true,
  cache_creation_input_tokens: true,
  cache_read_input_tokens: true,
  cache_creation: { ephemeral_1h_input_tokens: true },
  output_tokens_details: { thinking_tokens: true },
  server_tool_use: { web_search_requests: true },
};

/**
 * Watches a stream in Anthropic's wire format as it passes: the prompt's usage comes with `message_start`, the whole of
 * it with `message_delta`. Held back are `message_delta`, `message_stop` and an incomplete event.
 */
export class AnthropicObserver extends EventObserver {
  /** The figures of the closing usage under the provider's names; there are more than tokens. */
  closing: Record<string, unknown> | undefined;
  /** Searches of the web that were begun. */
  searches = 0;
  private started: Record<string, unknown> = {};

  protected plainText(data: string): string | undefined {
    return PLAIN_DELTA.exec(data)?.[1];
  }

  protected read(json: Record<string, unknown>): ReadFate {
    switch (json['type']) {
      case 'message_start':
        this.readStart(asRecord(json['message']) ?? {});
        return 'pass';
      case 'content_block_start':
        eachAnthropicText([json['content_block']], this.addText);
        this.noteSearch(asRecord(json['content_block']) ?? {});
        return 'pass';
      case 'content_block_delta':
        this.addDelta(asRecord(json['delta']) ?? {});
        return 'pass';
      case 'message_delta':
        this.readEnd(json);
        return 'hold';
      case 'message_stop':
        this.done = true;
        return 'hold';
      case 'ping':
        return 'follow';
      case 'error':
        this.readError(json['error']);
        return 'pass';
      default:
        return 'pass';
    }
  }

  private readStart({ usage, model }: Record<string, unknown>): void {
    this.started = figuresOf(asRecord(usage) ?? {}, FIGURES);
    this.begun = anthropicUsageOf({ ...this.started, output_tokens: 0 });
    this.model = typeof model === 'string' ? model : undefined;
  }

  private noteSearch({ type, name }: Record<string, unknown>): void {
    if (type === 'server_tool_use' && name === 'web_search') this.searches += 1;
  }

  private addDelta(delta: Record<string, unknown>): void {
    const piece = delta['text'] ?? delta['thinking'] ?? delta['partial_json'] ?? delta['content'];
    if (typeof piece === 'string') {
      this.addText(piece);
    }
  }

  /** Its figures are those of the whole answer; what it leaves out stands as it was said at the beginning. */
  private readEnd(json: Record<string, unknown>): void {
    const reason = asRecord(json['delta'])?.['stop_reason'];
    this.finishReason = typeof reason === 'string' ? reason : this.finishReason;
    const said = Object.entries(asRecord(json['usage']) ?? {}).filter(([, value]) => value !== null);
    if (said.length > 0) {
      const { output_tokens: _guess, ...started } = this.started;
      const closing = { ...started, ...Object.fromEntries(said) };
      this.closing = figuresOf(closing, FIGURES);
      const usage = anthropicUsageOf(closing);
      this.report(usage);
      this.badUsage = usage === undefined && misreports(closing);
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
