import { promptTexts, tokenPieces } from './request-text.js';
import { jsonReply, reported } from './simulated-answer.js';
import type { AnswerOptions } from './simulated-answer.js';
import type { WireReply } from './wire.server.js';

type Json = Record<string, unknown>;

/** A picture of one transparent dot. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Answers `POST /v1/images/generations`: as many pictures as are asked for; usage only where a script says so. */
export function imageReply(json: Json, options: AnswerOptions = {}): WireReply {
  const count = typeof json['n'] === 'number' ? json['n'] : 1;
  const data = Array.from({ length: count }, () => ({ b64_json: DOT }));
  const usage = options.usage === undefined || options.usage === 'true' ? undefined : reported({}, options.usage);
  return jsonReply({ created: 1_700_000_000, data, usage });
}

/** Answers `POST /v1/audio/speech`: bytes that are no sound, in pieces. */
export function speechReply(json: Json, { chunkDelayMs }: AnswerOptions = {}): WireReply {
  const body = tokenPieces(String(json['input'])).map((piece) => Buffer.from([0xff, 0xf3, ...Buffer.from(piece)]));
  return { headers: { 'content-type': 'audio/mpeg' }, body, chunkDelayMs };
}

/** Answers `POST /v1/audio/transcriptions` and `/v1/audio/translations`: a kilobyte of the form is a second. */
export function transcriptionReply(bytes: number, format: string, options: AnswerOptions = {}): WireReply {
  const text = 'This is a simulated transcription.';
  if (format === 'text' || format === 'srt' || format === 'vtt') {
    return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: text };
  }
  const usage = reported({ type: 'duration', seconds: Math.ceil(bytes / 1_024) }, options.usage);
  return jsonReply({ text, usage });
}

/** Answers `POST /v1/moderations`: nothing is ever wrong. */
export function moderationReply(json: Json): WireReply {
  const inputs = Array.isArray(json['input']) ? json['input'] : [json['input']];
  const results = inputs.map(() => ({ flagged: false, categories: {}, category_scores: {} }));
  return jsonReply({ id: 'modr-simulated', model: json['model'], results });
}

/** Answers `POST /v1/rerank`: the longest document is the best. */
export function rankingReply(json: Json): WireReply {
  const documents = Array.isArray(json['documents']) ? json['documents'].map(String) : [];
  const longest = Math.max(1, ...documents.map((document) => document.length));
  const results = documents
    .map((document, index) => ({ index, relevance_score: document.length / longest }))
    .toSorted((a, b) => b.relevance_score - a.relevance_score);
  const read = [String(json['query']), ...documents].reduce((sum, text) => sum + tokenPieces(text).length, 0);
  return jsonReply({
    id: 'rank-simulated',
    results,
    meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: read } },
  });
}

/** Answers any other path with what it was asked, so that a forwarded call can be seen. */
export function echoReply(path: string, json: Json): WireReply {
  const read = promptTexts(json).reduce((sum, text) => sum + tokenPieces(text).length, 0);
  const usage = { prompt_tokens: read, completion_tokens: 1, total_tokens: read + 1 };
  return jsonReply({ object: 'simulated', path, model: json['model'], usage });
}
