import { isUtf8 } from 'node:buffer';
import { outlineOf, topLevelProperties, type TopLevelProperty } from './json.scanner.js';
import { stateField, StateWatcher } from './provider.state.js';
import { folded, routingField } from './routing.fields.js';
import { spliced } from './splice.js';
import { asRecord } from './usage.reader.js';

/** What the gateway must know of a request body before it lets it pass. */
export interface ModelRequest {
  ok: true;
  /** The name as the caller wrote it. */
  model: string;
  stream: boolean;
  /** `stream_options.include_usage`: the caller wants the closing usage event. */
  includeUsage: boolean;
  /** Answers asked for: `n` or `best_of`, whichever is larger; at least 1. */
  choices: number;
  /** `previous_response_id`: the answer that is gone on from, which the provider keeps. */
  previousResponseId: string | undefined;
  /** The body as `JSON.parse` sees it, for counting. */
  json: Record<string, unknown>;
  /** The first file of a form, where it lies in the body. */
  file?: Buffer;
}

export interface MalformedModelRequest {
  ok: false;
  /**
   * - `ambiguous`: a guarded name is there twice, or in another case, so that the provider may read another value.
   * - `routing`: it would choose another model, provider or account than the one that is authorised.
   * - `provider_state`: it names something that the provider keeps for the account that all callers share.
   * - `priced_otherwise`: it asks for a service that has another price than the model.
   */
  reason:
    | 'not_json'
    | 'not_multipart'
    | 'not_an_object'
    | 'too_deep'
    | 'too_many_values'
    | 'model_missing'
    | 'ambiguous'
    | 'routing'
    | 'provider_state'
    | 'priced_otherwise'
    | 'bad_value';
  /** The property to blame. */
  param?: string;
}

/** A request of which no more than its outline was read, at little cost. */
export interface OutlinedModelRequest {
  ok: true;
  /** The name as the caller wrote it. */
  model: string;
  /** About how many values it has; parsed, each takes some tens of bytes. */
  values: number;
  /** Parses the whole of it. */
  read(): ModelRequest | MalformedModelRequest;
}

/** No format nests as deep; what does would exhaust the stack of whoever walks through it. */
const MAX_DEPTH = 64;
/** Beyond the longest list of tokens that OpenAI takes at once, 300 000. */
const MAX_VALUES = 350_000;

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
  'n_predict',
  'n',
  'best_of',
  'service_tier',
  'speed',
  'background',
  'previous_response_id',
  'inference_geo',
  'tools',
  'max_tool_calls',
  'web_search_options',
  'mcp_servers',
  'search_parameters',
  'enable_search',
  'context_management',
]);

/** What a provider charges its list price for; anything else is dearer, or cheaper and not ours to sell. */
const LIST_PRICED: Readonly<Record<string, ReadonlySet<unknown>>> = {
  service_tier: new Set([undefined, null, 'auto', 'default', 'standard', 'standard_only']),
  speed: new Set([undefined, null, 'standard']),
  inference_geo: new Set([undefined, null, 'global']),
};

/** Reads a JSON request body; what does not hold comes back as a value, not as an exception. */
export function readModelRequest(body: Buffer): ModelRequest | MalformedModelRequest {
  const outlined = outlineModelRequest(body);
  return outlined.ok ? outlined.read() : outlined;
}

/** Reads which model is asked for, and refuses what cannot be judged, before a parser is let at the body. */
export function outlineModelRequest(body: Buffer): OutlinedModelRequest | MalformedModelRequest {
  const watcher = new StateWatcher();
  const outline = outlineOf(body, { depth: MAX_DEPTH, values: MAX_VALUES }, watcher);
  if (outline.kind === 'broken') {
    return { ok: false, reason: isOtherThanObject(body) ? 'not_an_object' : 'not_json' };
  }
  if (outline.kind !== 'outline') {
    return { ok: false, reason: outline.kind };
  }
  const { properties, values } = outline;
  const ambiguous = ambiguousProperty(properties);
  if (ambiguous !== undefined) {
    return { ok: false, reason: 'ambiguous', param: ambiguous };
  }
  const routing = routingField(body, properties);
  if (routing !== undefined) {
    return { ok: false, reason: 'routing', param: routing };
  }
  const state = stateField(body, properties, watcher);
  if (state !== undefined) {
    return { ok: false, reason: 'provider_state', param: state };
  }
  const named = properties.find(({ key }) => key === 'model');
  const model = named && parse(body.subarray(named.start, named.end))?.value;
  if (typeof model !== 'string' || model === '') {
    return { ok: false, reason: 'model_missing', param: 'model' };
  }
  return { ok: true, model, values, read: () => readWhole(body, model) };
}

function readWhole(body: Buffer, model: string): ModelRequest | MalformedModelRequest {
  const parsed = isUtf8(body) ? parse(body) : undefined;
  const json = asRecord(parsed?.value);
  // Should the parser see another name than the one that was judged, neither is to be trusted.
  if (json?.['model'] !== model) {
    return { ok: false, reason: 'not_json' };
  }
  return interpret(model, json);
}

/**
 * The body with `name` as the value of every top-level `model`, everything else byte for byte the same.
 * Returns the body itself when it has none, or says `name` already. The body must be a JSON object.
 */
export function rewriteModel(body: Buffer, name: string): Buffer {
  const text = JSON.stringify(name);
  const value = Buffer.from(text);
  const named = topLevelProperties(body).filter(
    ({ key, start, end }) => key === 'model' && !value.equals(body.subarray(start, end)),
  );
  return spliced(
    body,
    named.map(({ start, end }) => ({ at: start, to: end, text })),
  );
}

/**
 * The body with `stream_options.include_usage` set, everything else byte for byte the same; the body itself where it
 * asks for its usage already. The body must be a JSON object whose `stream_options`, if any, is an object or null.
 */
export function askForUsage(body: Buffer): Buffer {
  const options = topLevelProperties(body).find(({ key }) => key === 'stream_options');
  if (options === undefined) {
    return spliced(body, [
      { at: body.indexOf('{') + 1, to: undefined, text: '"stream_options":{"include_usage":true},' },
    ]);
  }
  const value = body.subarray(options.start, options.end);
  if (value[0] !== 0x7b) {
    return spliced(body, [{ at: options.start, to: options.end, text: '{"include_usage":true}' }]);
  }
  const inner = topLevelProperties(value);
  const asked = inner.filter(({ key }) => folded(key) === 'include_usage');
  if (asked.length === 0) {
    const text = `"include_usage":true${inner.length === 0 ? '' : ','}`;
    return spliced(body, [{ at: options.start + 1, to: undefined, text }]);
  }
  const no = asked.filter(({ start, end }) => value.toString('latin1', start, end) !== 'true');
  return spliced(
    body,
    no.map(({ start, end }) => ({ at: options.start + start, to: options.start + end, text: 'true' })),
  );
}

/**
 * The body with `calls` as its `max_tool_calls`, everything else byte for byte the same. The body must be a JSON object
 * with properties.
 */
export function limitToolCalls(body: Buffer, calls: number): Buffer {
  const limit = topLevelProperties(body).find(({ key }) => key === 'max_tool_calls');
  const patch =
    limit === undefined
      ? { at: body.indexOf('{') + 1, to: undefined, text: `"max_tool_calls":${calls},` }
      : { at: limit.start, to: limit.end, text: String(calls) };
  return spliced(body, [patch]);
}

function interpret(model: string, json: Record<string, unknown>): ModelRequest | MalformedModelRequest {
  const { stream, stream_options: options, previous_response_id: previous = null } = json;
  if (previous !== null && (typeof previous !== 'string' || previous === '')) {
    return { ok: false, reason: 'bad_value', param: 'previous_response_id' };
  }
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    return { ok: false, reason: 'bad_value', param: 'stream' };
  }
  if (options !== undefined && options !== null && asRecord(options) === undefined) {
    return { ok: false, reason: 'bad_value', param: 'stream_options' };
  }
  for (const param of ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'n_predict', 'n', 'best_of']) {
    if (!isCountOrAbsent(json[param])) {
      return { ok: false, reason: 'bad_value', param };
    }
  }
  const dear = Object.keys(LIST_PRICED).find((param) => LIST_PRICED[param]?.has(json[param]) === false);
  if (dear !== undefined) {
    return { ok: false, reason: 'priced_otherwise', param: dear };
  }
  return {
    ok: true,
    model,
    stream: stream === true,
    includeUsage: asRecord(json['stream_options'])?.['include_usage'] === true,
    choices: Math.max(1, ...[json['n'], json['best_of']].filter(isNumber)),
    previousResponseId: previous ?? undefined,
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

/** Whether the text begins as one of the other values that JSON has. */
function isOtherThanObject(body: Buffer): boolean {
  return /^[[\]"\d\-tfn]/.test(body.toString('latin1', 0, 64).trimStart());
}

function ambiguousProperty(properties: readonly TopLevelProperty[]): string | undefined {
  const seen = new Set<string>();
  for (const { key } of properties) {
    if (GUARDED.has(key)) {
      if (seen.has(key)) {
        return key;
      }
      seen.add(key);
    } else if (GUARDED.has(folded(key))) {
      return folded(key);
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
