import { toAnthropicUsage, toolId, toStopReason } from './answers.js';
import { toAnthropicError } from './error-bodies.js';
import { EventDecoder } from './event.decoder.js';
import { type Json, parseRecord, record, records, textOf } from './json.js';
import { MAX_CALLS, type StreamTranslator } from './stream.translator.js';

/**
 * A stream of chat completion chunks as Anthropic's event stream. Blocks are numbered as they begin; a text ends when
 * something else begins, tool calls stay open to the end, because chunks of several may come mixed.
 */
export class MessageStream implements StreamTranslator {
  private readonly decoder = new EventDecoder();
  /** Tool calls of the provider by their number there → number of the block here. */
  private readonly calls = new Map<number, number>();
  private readonly open: number[] = [];
  private text: number | undefined;
  private blocks = 0;
  private started = false;
  /** Worked out as soon as the provider says them, as are the figures: what it sends may be large. */
  private stopReason: string | undefined;
  private usage = toAnthropicUsage(undefined);
  private done = false;

  push(chunk: Buffer): string {
    return this.say(this.decoder.push(chunk));
  }

  end(): string {
    return this.say(this.decoder.end()) + this.closing();
  }

  private say(events: readonly string[]): string {
    let said = '';
    for (const data of events) {
      if (data === '[DONE]') this.done = true;
      const json = parseRecord(data);
      if (json !== undefined) said += this.translate(json);
    }
    return said;
  }

  private closing(): string {
    if (!this.done && this.stopReason === undefined) return '';
    const stops = [...this.open].map((index) => event('content_block_stop', { index }));
    const delta = { stop_reason: this.stopReason ?? toStopReason(undefined), stop_sequence: null };
    return [
      this.start({}),
      ...stops,
      event('message_delta', { delta, usage: this.usage }),
      event('message_stop', {}),
    ].join('');
  }

  private translate(chunk: Json): string {
    const error = record(chunk['error']);
    if (error !== undefined) return event('error', { error: toAnthropicError(chunk, 500)['error'] });
    const usage = record(chunk['usage']);
    if (usage !== undefined) this.usage = toAnthropicUsage(usage);
    const choice = records(chunk['choices']).find(({ index }) => (index ?? 0) === 0);
    if (choice === undefined) return '';
    const reason = choice['finish_reason'] ?? undefined;
    if (reason !== undefined) this.stopReason = toStopReason(reason);
    const delta = record(choice['delta']) ?? {};
    const text = `${textOf(delta['content']) ?? ''}${textOf(delta['refusal']) ?? ''}`;
    const calls = records(delta['tool_calls']).map((call, position) => this.addCall(call, position));
    return [this.start(chunk), this.addText(text), ...calls].join('');
  }

  private start({ id, model }: Json): string {
    if (this.started) return '';
    this.started = true;
    const message = { id, type: 'message', role: 'assistant', model, content: [], stop_reason: null };
    // What was used is known at the end; the closing event corrects these figures.
    return event('message_start', { message: { ...message, stop_sequence: null, usage: toAnthropicUsage(undefined) } });
  }

  private addText(text: string): string {
    if (text === '') return '';
    const begins = this.text === undefined;
    const index = (this.text ??= this.begin());
    return [
      begins ? event('content_block_start', { index, content_block: { type: 'text', text: '' } }) : '',
      event('content_block_delta', { index, delta: { type: 'text_delta', text } }),
    ].join('');
  }

  private addCall(call: Json, position: number): string {
    const { name, arguments: json } = record(call['function']) ?? {};
    const number = typeof call['index'] === 'number' ? call['index'] : position;
    const known = this.calls.get(number);
    if (known === undefined && this.calls.size >= MAX_CALLS) return '';
    const head = known === undefined ? this.beginCall(number, call['id'], name) : '';
    const index = this.calls.get(number);
    const partial_json = textOf(json);
    return partial_json === undefined
      ? head
      : `${head}${event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json } })}`;
  }

  private beginCall(number: number, id: unknown, name: unknown): string {
    const end = this.endText();
    const index = this.begin();
    this.calls.set(number, index);
    const content_block = { type: 'tool_use', id: toolId(id, number), name, input: {} };
    return `${end}${event('content_block_start', { index, content_block })}`;
  }

  private endText(): string {
    const index = this.text;
    if (index === undefined) return '';
    this.text = undefined;
    // Nothing begins while a text is open, so it is the last one.
    this.open.pop();
    return event('content_block_stop', { index });
  }

  private begin(): number {
    const index = this.blocks++;
    this.open.push(index);
    return index;
  }
}

function event(type: string, body: Json): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
}
