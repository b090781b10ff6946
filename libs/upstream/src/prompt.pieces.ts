import { asRecord } from './usage.reader.js';

/** What surrounds each chat message, and what opens the answer (OpenAI's own recipe for counting). */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_OF_REPLY = 3;
/** OpenAI's price of a 1024 × 1024 image in high detail: 85 + 4 tiles × 170. A flat figure; the size is not looked at. */
const TOKENS_PER_IMAGE = 765;
/** A file that is named, not sent, is at least a page. */
const TOKENS_PER_ATTACHMENT = 256;
/** A page of PDF, some seconds of sound: between fifty and some hundred characters of base64 for a token; a floor. */
const ENCODED_CHARS_PER_TOKEN = 64;
const IMAGES = new Set<unknown>(['image_url', 'input_image', 'image']);
const ATTACHMENTS = new Set<unknown>(['file', 'input_file', 'document', 'input_audio', 'audio', 'video', 'video_url']);
/** What is said of a part, not in it. */
const MARKS = new Set(['type', 'id', 'call_id', 'tool_call_id', 'tool_use_id', 'status', 'cache_control', 'role']);
/** Bytes that are written as text: no words, no spaces, and long. */
const ENCODED = /^(?:data:[\w.+-]+\/[\w.+-]+(?:;[\w=.-]+)*;base64,)?[A-Za-z0-9+/_=-]{1024}/;
const MESSAGE_TEXTS = new Set(['role', 'name', 'content', 'tool_calls']);

/**
 * What of a request body has to be counted: chat `messages` (with `tools`), `prompt` of completions, `input` of
 * embeddings and responses, `system` of messages, `query` and `documents` of rerankers. Token numbers count as they are;
 * what no format describes counts by its texts, so that a new kind of part is not free.
 */
export class PromptPieces {
  readonly texts: string[] = [];
  /** Beside the texts. */
  tokens = 0;

  constructor(json: Record<string, unknown>) {
    for (const name of ['prompt', 'input', 'instructions', 'system', 'query', 'documents']) this.addInput(json[name]);
    const messages = json['messages'];
    if (Array.isArray(messages)) {
      this.tokens += TOKENS_OF_REPLY;
      for (const message of messages) {
        this.tokens += TOKENS_PER_MESSAGE;
        this.addMessage(asRecord(message) ?? {});
      }
    }
    for (const schema of [json['tools'], json['functions'], json['response_format']]) this.addJson(schema);
  }

  private addMessage(message: Record<string, unknown>): void {
    this.addInput(message['role']);
    this.addInput(message['name']);
    this.addInput(message['content']);
    this.addJson(message['tool_calls']);
    for (const [name, value] of Object.entries(message)) if (!MESSAGE_TEXTS.has(name)) this.addUnknown(name, value);
  }

  /** A text, a list of texts, of parts, of messages, or of token numbers. */
  private addInput(value: unknown): void {
    if (typeof value === 'string') this.texts.push(value);
    else if (Array.isArray(value)) for (const item of value) this.addItem(item);
    else this.addUnknown('', value);
  }

  private addItem(item: unknown): void {
    if (typeof item === 'string') this.texts.push(item);
    else if (typeof item === 'number') this.tokens += 1;
    // A batch of token lists; nothing nests deeper.
    else if (Array.isArray(item)) this.tokens += item.length;
    else this.addPart(asRecord(item) ?? {});
  }

  private addPart(part: Record<string, unknown>): void {
    const { type, text, content } = part;
    if (IMAGES.has(type)) {
      this.tokens += TOKENS_PER_IMAGE;
    } else if (typeof text === 'string') {
      this.texts.push(text);
    } else if (type === 'tool_use') {
      this.addInput(part['name']);
      this.addJson(part['input'] ?? {});
    } else if (content !== undefined) {
      this.tokens += TOKENS_PER_MESSAGE;
      this.addInput(content);
    } else {
      if (ATTACHMENTS.has(type)) this.tokens += TOKENS_PER_ATTACHMENT;
      this.addUnknown('', part);
    }
  }

  /** Every text within, whatever it is for. The body's depth is bounded, so the stack is too. */
  private addUnknown(name: string, value: unknown): void {
    if (MARKS.has(name)) return;
    if (typeof value === 'string') {
      if (ENCODED.test(value)) this.tokens += Math.ceil(value.length / ENCODED_CHARS_PER_TOKEN);
      else this.texts.push(value);
    } else if (Array.isArray(value)) {
      for (const item of value) this.addUnknown('', item);
    } else {
      for (const [key, item] of Object.entries(asRecord(value) ?? {})) this.addUnknown(key, item);
    }
  }

  private addJson(value: unknown): void {
    if (typeof value === 'object' && value !== null) this.texts.push(JSON.stringify(value));
  }
}
