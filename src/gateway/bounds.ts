import type { UsageBounds } from '../usage/rating.js';
import type { ResolvedModel } from '../models/model.catalog.js';
import { answerLimit, answersTo, natureOf } from './answer.limit.js';
import type { IncomingCall } from './incoming.call.js';
import type { Operation, WireFormat } from './operations.js';
import { unseenParts } from './unseen.parts.js';

/** What surrounds messages is in no body. */
const FRAMING_TOKENS = 64;
/** What Anthropic puts before tools that are described, and in place of the description of each that it knows by its type. */
const TOKENS_OF_TOOLS = 512;
const TOKENS_PER_KNOWN_TOOL = 1_024;
/** A picture that is named by its address costs tokens that no byte of the body shows: most with Qwen's models. */
const TOKENS_PER_PICTURE = 16_384;
/** But for this one, which counts 2,833 tokens and 5,667 for each of up to eight tiles. */
const DEAR_PICTURES = /\bgpt-4o-mini\b/;
const TOKENS_PER_DEAR_PICTURE = 49_152;
/** The longest answer that a model is offered with, where neither the request nor the catalogue limits it. */
const LONGEST_ANSWER_TOKENS = 131_072;
/** A picture that is drawn: OpenAI's largest, of 3,584 x 2,048, has 12,329, and a preview of it 100 more. */
const TOKENS_PER_DRAWN_PICTURE = 16_384;
/** Speech is not compressed below about eight kilobits a second. */
const LEAST_AUDIO_BYTES_PER_SECOND = 1_000;
/** However slowly a text is spoken: twenty tokens are a second. */
const MOST_TOKENS_PER_SPOKEN_BYTE = 4;

/** The longest context that a model is offered with, where the catalogue does not say a model's own. */
const LONGEST_CONTEXT_TOKENS = 10_000_000;
/** The same of models that take documents, or whose provider fetches something for them. */
const LONGEST_CONTEXT_OF_READERS = 2_000_000;

/** What a preview of Anthropic's makes of a context. */
const LONGER_CONTEXT_TOKENS = 1_000_000;

/** Answers that have no tokens of their own. */
const WITHOUT_ANSWER = new Set<Operation>(['embeddings', 'moderations', 'rerank', 'messages.count_tokens']);
const SOUND = new Set<Operation>(['audio.transcriptions', 'audio.translations', 'audio.speech']);
/** One prompt, which the model reads at once. Of a list of texts each may fill the context by itself. */
const ONE_PROMPT = new Set<Operation>(['chat.completions', 'responses', 'messages', 'messages.count_tokens']);

/**
 * How large a call can become, as far as its bytes tell: every tokenizer in use makes at least one byte a token,
 * so a prompt has no more tokens than its body has bytes. One that goes on from an earlier answer, brings a document or
 * lets the provider fetch something has more, which is in no body: whatever the model can read, of any kind. Anthropic
 * writes to its cache where it is asked to, others as they like.
 *
 * @param format what the model's provider speaks
 */
export function boundsOf(call: IncomingCall, model: ResolvedModel, format: WireFormat): UsageBounds {
  const { request, bytes } = call;
  const { json } = request;
  const nature = natureOf(call);
  const isDrawing = nature === 'images.generations';
  const { pictures, hasDocuments } = unseenParts(json);
  const { rounds, searches } = call.hosted;
  const prompt = bytes + FRAMING_TOKENS + tokensOfTools(json) + pictures * tokensPerPicture(model) + repeatedIn(json);
  const goesOn = request.previousResponseId !== undefined;
  const isOpen = goesOn || hasDocuments || rounds > 0;
  const most = goesOn ? LONGEST_CONTEXT_TOKENS : isOpen ? LONGEST_CONTEXT_OF_READERS : prompt;
  const longest = Math.max(model.contextLength ?? most, call.asksForLongerContext ? LONGER_CONTEXT_TOKENS : 0);
  const hasSound = SOUND.has(nature) || Array.isArray(json['modalities']) || 'audio' in json;
  return {
    inputBound: isOpen ? longest * (1 + rounds) : fitsContext(call) ? Math.min(prompt, longest) : prompt,
    outputBound: answerBound(call, model),
    mayHaveAudio: isOpen || hasSound,
    mayHaveImages: isOpen || pictures > 0 || isDrawing || Array.isArray(json['modalities']),
    mayWriteCache: isOpen || format !== 'anthropic' || call.mentions('"cache_control"'),
    mayWriteCacheForLong: call.mentions('"ttl"'),
    ...(isDrawing ? { images: request.choices } : {}),
    ...(nature === 'audio.speech' ? { characters: bytes } : {}),
    ...(SOUND.has(nature) ? { audioSeconds: Math.ceil(bytes / LEAST_AUDIO_BYTES_PER_SECOND) } : {}),
    ...(searches > 0 ? { searches } : {}),
    ...(nature === 'rerank' ? { searches: rankingsOf(call) } : {}),
  };
}

function tokensPerPicture({ upstreamName }: ResolvedModel): number {
  return DEAR_PICTURES.test(upstreamName) ? TOKENS_PER_DEAR_PICTURE : TOKENS_PER_PICTURE;
}

/** Whether the model's context, as the catalogue knows it, bounds the prompt. */
function fitsContext(call: IncomingCall): boolean {
  return ONE_PROMPT.has(natureOf(call));
}

/** The most tokens of an answer. Text that was predicted and is not used is charged as if it had been generated. */
export function answerBound(call: IncomingCall, model: ResolvedModel): number {
  const { json } = call.request;
  const nature = natureOf(call);
  if (WITHOUT_ANSWER.has(nature)) return 0;
  if (nature === 'audio.speech') return call.bytes * MOST_TOKENS_PER_SPOKEN_BYTE;
  const longest = model.maxOutputTokens ?? model.contextLength ?? LONGEST_ANSWER_TOKENS;
  if (nature === 'images.generations') return Math.min(longest, TOKENS_PER_DRAWN_PICTURE) * answersTo(call);
  const predicted = 'prediction' in json ? call.bytes : 0;
  return (answerLimit(call) ?? longest) * answersTo(call) + predicted;
}

/** Tools that are known by a type with a date need no description. */
function tokensOfTools({ tools }: Record<string, unknown>): number {
  if (!Array.isArray(tools) || tools.length === 0) return 0;
  const known = (tools as ({ type?: unknown } | null)[]).filter((tool) => /_\d{8}$/.test(String(tool?.type)));
  return TOKENS_OF_TOOLS + known.length * TOKENS_PER_KNOWN_TOOL;
}

/** Cohere charges for each hundred documents, and takes one of more than 500 tokens, with the question, for several. */
function rankingsOf({ request: { json }, bytes }: IncomingCall): number {
  const { query } = json;
  const question = typeof query === 'string' ? Buffer.byteLength(query) : 0;
  const pieces = documentsIn(json) + Math.ceil(bytes / Math.max(100, 500 - question));
  return 1 + Math.ceil(pieces / 100);
}

/** A reranker reads the question anew with each document. */
function repeatedIn(json: Record<string, unknown>): number {
  const { query, text_1: left, text_2: right } = json;
  const [question, against] = [query ?? left, documentsIn(json) || countOf(right)];
  return typeof question === 'string' ? Buffer.byteLength(question) * against : 0;
}

function documentsIn({ documents }: Record<string, unknown>): number {
  return countOf(documents);
}

function countOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
