import { anthropicFigures, toFinishReason, toOpenAiUsage } from './answers.js';
import { EventDecoder } from './event.decoder.js';
import { toOpenAiError } from './error-bodies.js';
import { type Json, nameOf, parseRecord, record, textOf } from './json.js';
import { MAX_CALLS, type StreamTranslator } from './stream.translator.js';

export interface CompletionStreamOptions {
  /** The caller asked for a closing usage event (`stream_options.include_usage`). */
  readonly includeUsage: boolean;
  /** Unix seconds. */
  readonly created: number;
}

/** A tool call on its way: its place among the calls, and whether its arguments have begun. */
interface OpenCall {
  readonly index: number;
  begun: boolean;
}

/** Anthropic's event stream as a stream of chat completion chunks. */
export class CompletionStream implements StreamTranslator {
  private readonly decoder = new EventDecoder();
  private readonly calls = new Map<number, OpenCall>();
  /** Said in every chunk, so what a provider names at length must not be said a thousand times. */
  private id: string | undefined;
  private model: string | undefined;
  private usage: Json = {};
  private finishReason = toFinishReason(undefined);
  private stopped = false;

  constructor(private readonly options: CompletionStreamOptions) {}

  push(chunk: Buffer): string {
    return this.say(this.decoder.push(chunk));
  }

  end(): string {
    return this.say(this.decoder.end()) + this.closing();
  }

  private say(events: readonly string[]): string {
    let said = '';
    for (const data of events) {
      const event = parseRecord(data);
      if (event !== undefined) said += this.translate(event);
    }
    return said;
  }

  private closing(): string {
    if (!this.stopped) return '';
    const last = this.chunk({}, this.finishReason);
    const usage = this.options.includeUsage
      ? this.event({ ...this.envelope(), choices: [], usage: toOpenAiUsage(this.usage) })
      : '';
    return `${last}${usage}data: [DONE]\n\n`;
  }

  private translate(event: Json): string {
    switch (event['type']) {
      case 'message_start':
        return this.start(record(event['message']) ?? {});
      case 'content_block_start':
        return this.startBlock(event['index'], record(event['content_block']) ?? {});
      case 'content_block_delta':
        return this.delta(event['index'], record(event['delta']) ?? {});
      case 'content_block_stop':
        return this.stopBlock(event['index']);
      case 'message_delta':
        return this.close(event['usage'], record(event['delta'])?.['stop_reason'] ?? undefined);
      case 'message_stop':
        this.stopped = true;
        return '';
      case 'error':
        return this.event(toOpenAiError(event));
      default:
        return '';
    }
  }

  private start(message: Json): string {
    this.id = nameOf(message['id']);
    this.model = nameOf(message['model']);
    this.usage = anthropicFigures(message['usage']);
    return this.chunk({ role: 'assistant', content: '' });
  }

  /** What is said at the end is worked out at once: what the provider sent may be large. */
  private close(usage: unknown, stopReason: unknown): string {
    this.usage = { ...this.usage, ...anthropicFigures(usage) };
    if (stopReason !== undefined) this.finishReason = toFinishReason(stopReason);
    return '';
  }

  private startBlock(key: unknown, block: Json): string {
    if (block['type'] !== 'tool_use') return this.piece(block);
    const index = this.calls.size;
    if (typeof key !== 'number' || index >= MAX_CALLS) return '';
    const input = JSON.stringify(block['input'] ?? {});
    const begun = input !== '{}';
    this.calls.set(key, { index, begun });
    const { id, name } = block;
    const call = { index, id, type: 'function', function: { name, arguments: begun ? input : '' } };
    return this.chunk({ tool_calls: [call] });
  }

  private delta(key: unknown, delta: Json): string {
    const json = textOf(delta['partial_json']);
    const call = this.callOf(key);
    if (json === undefined || call === undefined) return this.piece(delta);
    call.begun = true;
    return this.chunk({ tool_calls: [{ index: call.index, function: { arguments: json } }] });
  }

  /** A call without arguments has none in the one format and an empty object in the other. */
  private stopBlock(key: unknown): string {
    const call = this.callOf(key);
    if (call === undefined || call.begun) return '';
    call.begun = true;
    return this.chunk({ tool_calls: [{ index: call.index, function: { arguments: '{}' } }] });
  }

  private callOf(key: unknown): OpenCall | undefined {
    return typeof key === 'number' ? this.calls.get(key) : undefined;
  }

  private piece({ text, thinking }: Json): string {
    const content = textOf(text);
    if (content !== undefined) return this.chunk({ content });
    const thought = textOf(thinking);
    return thought === undefined ? '' : this.chunk({ reasoning_content: thought });
  }

  private chunk(delta: Json, finish_reason: string | null = null): string {
    return this.event({ ...this.envelope(), choices: [{ index: 0, delta, logprobs: null, finish_reason }] });
  }

  private envelope(): Json {
    return { id: this.id, object: 'chat.completion.chunk', created: this.options.created, model: this.model };
  }

  private event(json: Json): string {
    return `data: ${JSON.stringify(json)}\n\n`;
  }
}
