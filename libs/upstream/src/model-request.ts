import { isUtf8 } from 'node:buffer';
import { topLevelProperties } from './json.scanner.js';
import { asRecord } from './usage.reader.js';

/** What the gateway must know of a request body before it lets it pass. */
export interface ModelRequest {
  ok: true;
  /** The name as the caller wrote it. */
  model: string;
  stream: boolean;
  /** `stream_options.include_usage`: the caller wants the closing usage event. */
  includeUsage: boolean;
  /** The tighter of `max_completion_tokens`, `max_tokens`, `max_output_tokens`; `undefined` when the caller sets none. */
  maxTokens: number | undefined;
  /** Answers asked for: `n` or `best_of`, whichever is larger; at least 1. Each may use up `maxTokens`. */
  choices: number;
  /** The body as `JSON.parse` sees it, for counting. */
  json: Record<string, unknown>;
}

export interface MalformedModelRequest {
  ok: false;
  /** `ambiguous`: a guarded name is there twice, or in another case, so that the provider may read another value. */
  reason: 'not_json' | 'not_multipart' | 'not_an_object' | 'model_missing' | 'ambiguous' | 'bad_value';
  /** The property to blame. */
  param?: string;
}

/**
 * Properties that decide about access and money. Where one stands twice, parsers differ in which they take; some (Go's)
 * ignore case as well. Such a body is refused, since we could not say what we authorised.
 */
const GUARDED = new Set([
  'model',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'n',
  'best_of',
]);

/** Reads a JSON request body; what does not hold comes back as a value, not as an exception. */
export function readModelRequest(body: Buffer): ModelRequest | MalformedModelRequest {
  const parsed = isUtf8(body) ? parse(body) : undefined;
  if (parsed === undefined) {
    return { ok: false, reason: 'not_json' };
  }
  const json = asRecord(parsed.value);
  if (json === undefined) {
    return { ok: false, reason: 'not_an_object' };
  }
  const ambiguous = ambiguousProperty(body);
  if (ambiguous !== undefined) {
    return { ok: false, reason: 'ambiguous', param: ambiguous };
  }
  return interpret(json);
}

/**
 * The body with `name` as the value of every top-level `model`, everything else byte for byte the same.
 * Returns the body itself when it has none, or says `name` already. The body must be a JSON object.
 */
export function rewriteModel(body: Buffer, name: string): Buffer {
  const value = Buffer.from(JSON.stringify(name));
  const parts: Buffer[] = [];
  let copied = 0;
  for (const { key, start, end } of topLevelProperties(body)) {
    if (key === 'model' && !value.equals(body.subarray(start, end))) {
      parts.push(body.subarray(copied, start), value);
      copied = end;
    }
  }
  return parts.length === 0 ? body : Buffer.concat([...parts, body.subarray(copied)]);
}

function interpret(json: Record<string, unknown>): ModelRequest | MalformedModelRequest {
  const { model, stream } = json;
  if (typeof model !== 'string' || model === '') {
    return { ok: false, reason: 'model_missing', param: 'model' };
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    return { ok: false, reason: 'bad_value', param: 'stream' };
  }
  for (const param of ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'n', 'best_of']) {
    if (!isCountOrAbsent(json[param])) {
      return { ok: false, reason: 'bad_value', param };
    }
  }
  const limits = [json['max_completion_tokens'], json['max_tokens'], json['max_output_tokens']].filter(isNumber);
  return {
    ok: true,
    model,
    stream: stream === true,
    includeUsage: asRecord(json['stream_options'])?.['include_usage'] === true,
    maxTokens: limits.length === 0 ? undefined : Math.min(...limits),
    choices: Math.max(1, ...[json['n'], json['best_of']].filter(isNumber)),
    json,
  };
}

function parse(body: Buffer): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(body.toString('utf8')) };
  } catch {
    return undefined;
  }
}

function ambiguousProperty(body: Buffer): string | undefined {
  const seen = new Set<string>();
  for (const { key } of topLevelProperties(body)) {
    // Folded as Go folds: its JSON reader takes "ſ" for "s" too.
    const folded = key.toLowerCase().replaceAll('ſ', 's');
    if (GUARDED.has(folded)) {
      if (folded !== key || seen.has(key)) {
        return folded;
      }
      seen.add(key);
    }
  }
  return undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isCountOrAbsent(value: unknown): boolean {
  return (
    value === undefined || value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
  );
}
