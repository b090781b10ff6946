import { randomUUID } from 'node:crypto';
import { generate, jsonReply, reported, SSE_HEADERS, usageFor } from './simulated-answer.js';
import type { AnswerOptions } from './simulated-answer.js';
import type { WireReply } from './wire.server.js';

const ITEM = 'msg_simulated';

/** Answers `POST /v1/responses` of OpenAI, plain or as a stream. */
export function responseReply(json: Record<string, unknown>, options: AnswerOptions = {}): WireReply {
  const { pieces } = generate(json);
  const { prompt_tokens, completion_tokens, total_tokens } = usageFor(json, pieces.length);
  const counts = {
    input_tokens: prompt_tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: completion_tokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens,
  };
  const text = pieces.join('');
  const part = { type: 'output_text', text, annotations: [] };
  const item = { id: ITEM, type: 'message', role: 'assistant', status: 'completed', content: [part] };
  const open = { id: `resp_${randomUUID()}`, object: 'response', created_at: 1_700_000_000, model: json['model'] };
  const whole = { ...open, status: 'completed', output: [item], usage: reported(counts, options.usage) };
  if (json['stream'] !== true) return jsonReply(whole);
  const place = { item_id: ITEM, output_index: 0, content_index: 0 };
  const events: [string, object][] = [
    ['response.created', { response: { ...open, status: 'in_progress', output: [], usage: null } }],
    ['response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } }],
    ['response.content_part.added', { ...place, part: { ...part, text: '' } }],
    ...pieces.map((delta): [string, object] => ['response.output_text.delta', { ...place, delta }]),
    ['response.output_text.done', { ...place, text }],
    ['response.content_part.done', { ...place, part }],
    ['response.output_item.done', { output_index: 0, item }],
    ['response.completed', { response: whole }],
  ];
  const body = events.map(
    ([type, more], sequence_number) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number, ...more })}\n\n`,
  );
  return { headers: SSE_HEADERS, body, chunkDelayMs: options.chunkDelayMs };
}
