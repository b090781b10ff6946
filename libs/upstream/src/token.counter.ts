import { asRecord } from './usage.reader.js';

type CountTokens = (text: string, options: { disallowedSpecial: Set<string> }) => number;

/** What a request has beyond this many UTF-8 bytes of text is estimated at four bytes a token. */
const MAX_EXACT_BYTES = 200_000;
/** Byte pair merging takes quadratic time on a run without a break (20 000 × "a": 120 ms), so no run may be longer. */
const WINDOW_CHARS = 512;
/** Where a window may be shortened to end before a space, so that no word of ordinary text is cut. */
const WINDOW_SLACK = 64;
const BYTES_PER_TOKEN = 4;
/** What surrounds each chat message, and what opens the answer (OpenAI's own recipe for counting). */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_OF_REPLY = 3;
/** OpenAI's price of a 1024 × 1024 image in high detail: 85 + 4 tiles × 170. A flat figure; the size is not looked at. */
const TOKENS_PER_IMAGE = 765;
const IMAGES = new Set<unknown>(['image_url', 'input_image', 'image']);
/** Text that happens to spell a control token is text: it is counted, not refused. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * Counts tokens locally with o200k_base, the tables of the GPT-4o to GPT-5 families; for other models it is an estimate.
 *
 * Loading the tables takes about 95 ms and 70 MB of resident memory (measured on Node 20 and 24), so it is done once,
 * at first use. A count is bounded: 200 kB of prose take about 5 ms, the worst text of that size well under 200 ms.
 */
export class TokenCounter {
  private static loading: Promise<TokenCounter> | undefined;

  /** Bytes that may still be counted exactly. Counting never waits, so no two requests share it. */
  private exactBytesLeft = MAX_EXACT_BYTES;

  private constructor(private readonly count: CountTokens) {}

  /** The counter of this process. */
  static load(): Promise<TokenCounter> {
    TokenCounter.loading ??= import('gpt-tokenizer/encoding/o200k_base').then(
      ({ countTokens }) => new TokenCounter(countTokens),
      (error: unknown) => {
        TokenCounter.loading = undefined;
        throw error;
      },
    );
    return TokenCounter.loading;
  }

  /** A quick guess without the tables: four bytes a token, rounded up. Dense text can have more tokens than that. */
  static estimate(bytes: number): number {
    return Math.ceil(bytes / BYTES_PER_TOKEN);
  }

  countText(text: string): number {
    this.exactBytesLeft = MAX_EXACT_BYTES;
    return this.measure(text);
  }

  private measure(text: string): number {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.exactBytesLeft) return TokenCounter.estimate(bytes);
    this.exactBytesLeft -= bytes;
    let total = 0;
    for (let start = 0; start < text.length;) {
      const end = windowEnd(text, start);
      total += this.count(text.slice(start, end), AS_TEXT);
      start = end;
    }
    return total;
  }

  /**
   * Prompt tokens of a request body: chat `messages` (with `tools`), `prompt` of completions, `input` of embeddings and
   * responses, `system` of messages, `query` and `documents` of rerankers. Arrays of token numbers count as they are.
   */
  countRequest(json: Record<string, unknown>): number {
    this.exactBytesLeft = MAX_EXACT_BYTES;
    let total =
      this.countInput(json['prompt']) + this.countInput(json['input']) + this.countInput(json['instructions']);
    total += this.countInput(json['system']) + this.countInput(json['query']) + this.countInput(json['documents']);
    const messages = json['messages'];
    if (Array.isArray(messages)) {
      total += TOKENS_OF_REPLY;
      for (const message of messages) {
        total += TOKENS_PER_MESSAGE + this.countMessage(asRecord(message));
      }
    }
    for (const schema of [json['tools'], json['functions'], json['response_format']]) {
      total += typeof schema === 'object' && schema !== null ? this.measure(JSON.stringify(schema)) : 0;
    }
    return total;
  }

  private countMessage(message: Record<string, unknown> | undefined): number {
    if (message === undefined) {
      return 0;
    }
    let total = this.countInput(message['role']) + this.countInput(message['name']);
    total += this.countInput(message['content']);
    total += Array.isArray(message['tool_calls']) ? this.measure(JSON.stringify(message['tool_calls'])) : 0;
    return total;
  }

  /** A text, a list of texts, of parts, of messages, or of token numbers. */
  private countInput(value: unknown): number {
    if (typeof value === 'string') {
      return this.measure(value);
    }
    if (!Array.isArray(value)) {
      return 0;
    }
    let total = 0;
    for (const item of value) {
      total += this.countItem(item);
    }
    return total;
  }

  private countItem(item: unknown): number {
    if (typeof item === 'string') {
      return this.measure(item);
    }
    if (typeof item === 'number') {
      return 1;
    }
    if (Array.isArray(item)) {
      // A batch of token lists; nothing nests deeper.
      return item.length;
    }
    const part = asRecord(item);
    if (part === undefined) {
      return 0;
    }
    if (IMAGES.has(part['type'])) {
      return TOKENS_PER_IMAGE;
    }
    return typeof part['text'] === 'string' ? this.measure(part['text']) : this.countMessageItem(part);
  }

  private countMessageItem(part: Record<string, unknown>): number {
    if (part['type'] === 'tool_use') {
      return this.countInput(part['name']) + this.measure(JSON.stringify(part['input'] ?? {}));
    }
    if (part['type'] === 'tool_result' && Array.isArray(part['content'])) {
      return this.countResult(part['content']);
    }
    // Content within content is one level deep in every known format; a deeper tree counts by its size.
    const content = part['content'];
    if (typeof content === 'string') {
      return TOKENS_PER_MESSAGE + this.measure(content);
    }
    return content === undefined ? 0 : TokenCounter.estimate(JSON.stringify(content).length);
  }

  /** Texts and pictures that a tool gave; nothing nests deeper. */
  private countResult(content: readonly unknown[]): number {
    let total = TOKENS_PER_MESSAGE;
    for (const item of content) {
      const part = asRecord(item);
      const text = part?.['text'];
      if (typeof text === 'string') total += this.measure(text);
      else if (IMAGES.has(part?.['type'])) total += TOKENS_PER_IMAGE;
    }
    return total;
  }
}

function windowEnd(text: string, start: number): number {
  const end = start + WINDOW_CHARS;
  if (end >= text.length) {
    return text.length;
  }
  const space = text.lastIndexOf(' ', end);
  if (space > end - WINDOW_SLACK) {
    return space;
  }
  // Never between the halves of a surrogate pair.
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
