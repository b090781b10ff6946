import type { UsageBounds } from '../usage/rating.js';
import type { ResolvedModel } from '../models/model.catalog.js';
import type { IncomingCall } from './incoming.call.js';
import type { Operation } from './operations.js';

/** What surrounds messages is in no body. */
const FRAMING_TOKENS = 64;
/** A picture that is named by its address costs tokens that no byte of the body shows. */
const TOKENS_PER_IMAGE = 4_096;
/** Where neither the request nor the catalogue limits the answer. */
const UNLIMITED_ANSWER_TOKENS = 16_384;
/** Speech is not compressed below about eight kilobits a second. */
const LEAST_AUDIO_BYTES_PER_SECOND = 1_000;

/**
 * The longest context that a model is offered with; where the catalogue does not say a model's own, an answer that is
 * gone on from may bring as much.
 */
const LONGEST_CONTEXT_TOKENS = 10_000_000;

/** Answers that have no tokens of their own. */
const WITHOUT_ANSWER = new Set<Operation>([
  'embeddings',
  'moderations',
  'rerank',
  'messages.count_tokens',
  'audio.speech',
]);
const SOUND = new Set<Operation>(['audio.transcriptions', 'audio.translations', 'audio.speech']);

/**
 * How large a call can become, as far as its bytes tell: every tokenizer in use makes at least one byte a token,
 * so a prompt has no more tokens than its body has bytes. One that goes on from an earlier answer has more, which is in
 * no body: whatever the model can read, of any kind.
 */
export function boundsOf(call: IncomingCall, model: ResolvedModel): UsageBounds {
  const { operation, request, bytes } = call;
  const { json } = request;
  const images = imagesIn(json);
  const prompt = bytes + FRAMING_TOKENS + images * TOKENS_PER_IMAGE;
  const answer = request.maxTokens ?? model.maxOutputTokens ?? UNLIMITED_ANSWER_TOKENS;
  const goesOn = request.previousResponseId !== undefined;
  const longest = model.contextLength ?? (goesOn ? LONGEST_CONTEXT_TOKENS : prompt);
  const hasSound = SOUND.has(operation) || Array.isArray(json['modalities']) || 'audio' in json;
  return {
    inputBound: goesOn ? longest : Math.min(prompt, longest),
    outputBound: WITHOUT_ANSWER.has(operation) ? 0 : answer * request.choices,
    mayHaveAudio: goesOn || hasSound,
    mayHaveImages: goesOn || images > 0 || operation === 'images.generations',
    mayWriteCache: goesOn || call.mentions('"cache_control"'),
    ...(operation === 'images.generations' ? { images: request.choices } : {}),
    ...(operation === 'audio.speech' ? { characters: bytes } : {}),
    ...(SOUND.has(operation) ? { audioSeconds: Math.ceil(bytes / LEAST_AUDIO_BYTES_PER_SECOND) } : {}),
    ...(operation === 'rerank' ? { searches: 1 + Math.ceil(documentsIn(json) / 100) } : {}),
  };
}

function imagesIn({ messages, input }: Record<string, unknown>): number {
  const items = [messages, input].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []));
  return items.flatMap(partsOf).filter((part) => /image/.test(String((part as { type?: unknown } | null)?.type)))
    .length;
}

function partsOf(message: unknown): unknown[] {
  const content = (message as { content?: unknown } | null)?.content;
  return Array.isArray(content) ? (content as unknown[]) : [];
}

function documentsIn({ documents }: Record<string, unknown>): number {
  return Array.isArray(documents) ? documents.length : 0;
}
