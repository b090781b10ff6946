import type { UsageBounds } from '../usage/rating.js';
import type { ResolvedModel } from '../models/model.catalog.js';
import { answerLimit, answersTo, natureOf } from './answer.limit.js';
import type { IncomingCall } from './incoming.call.js';
import type { Operation } from './operations.js';

/** What surrounds messages is in no body. */
const FRAMING_TOKENS = 64;
/** A picture that is named by its address costs tokens that no byte of the body shows. */
const TOKENS_PER_IMAGE = 4_096;
/** The longest answer that a model is offered with, where neither the request nor the catalogue limits it. */
const LONGEST_ANSWER_TOKENS = 131_072;
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
/** One prompt, which the model reads at once. Of a list of texts each may fill the context by itself. */
const ONE_PROMPT = new Set<Operation>(['chat.completions', 'responses', 'messages', 'messages.count_tokens']);

/**
 * How large a call can become, as far as its bytes tell: every tokenizer in use makes at least one byte a token,
 * so a prompt has no more tokens than its body has bytes. One that goes on from an earlier answer has more, which is in
 * no body: whatever the model can read, of any kind.
 */
export function boundsOf(call: IncomingCall, model: ResolvedModel): UsageBounds {
  const { request, bytes } = call;
  const { json } = request;
  const nature = natureOf(call);
  const isDrawing = nature === 'images.generations';
  const images = imagesIn(json);
  const prompt = bytes + FRAMING_TOKENS + images * TOKENS_PER_IMAGE + repeatedIn(json);
  const goesOn = request.previousResponseId !== undefined;
  const longest = model.contextLength ?? (goesOn ? LONGEST_CONTEXT_TOKENS : prompt);
  const hasSound = SOUND.has(nature) || Array.isArray(json['modalities']) || 'audio' in json;
  return {
    inputBound: goesOn ? longest : fitsContext(call) ? Math.min(prompt, longest) : prompt,
    outputBound: WITHOUT_ANSWER.has(nature) ? 0 : answerBound(call, model),
    mayHaveAudio: goesOn || hasSound,
    mayHaveImages: goesOn || images > 0 || isDrawing || Array.isArray(json['modalities']),
    mayWriteCache: goesOn || call.mentions('"cache_control"'),
    ...(isDrawing ? { images: request.choices } : {}),
    ...(nature === 'audio.speech' ? { characters: bytes } : {}),
    ...(SOUND.has(nature) ? { audioSeconds: Math.ceil(bytes / LEAST_AUDIO_BYTES_PER_SECOND) } : {}),
    ...(nature === 'rerank' ? { searches: 1 + Math.ceil(documentsIn(json) / 100) } : {}),
  };
}

/** Whether the model's context, as the catalogue knows it, bounds the prompt. */
function fitsContext(call: IncomingCall): boolean {
  return ONE_PROMPT.has(natureOf(call)) && !call.asksForLongerContext;
}

/** Text that was predicted and is not used is charged as if it had been generated. */
function answerBound(call: IncomingCall, model: ResolvedModel): number {
  const { json } = call.request;
  const longest = model.maxOutputTokens ?? model.contextLength ?? LONGEST_ANSWER_TOKENS;
  const predicted = 'prediction' in json ? call.bytes : 0;
  return (answerLimit(call) ?? longest) * answersTo(call) + predicted;
}

/** A reranker reads the question anew with each document. */
function repeatedIn(json: Record<string, unknown>): number {
  const { query, text_1: left, text_2: right } = json;
  const [question, against] = [query ?? left, documentsIn(json) || countOf(right)];
  return typeof question === 'string' ? Buffer.byteLength(question) * against : 0;
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
  return countOf(documents);
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
