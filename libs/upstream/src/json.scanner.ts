const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/** One property of the outermost object: its decoded key, and where its value lies in the bytes. */
export interface TopLevelProperty {
  key: string;
  start: number;
  end: number;
}

export interface OutlineLimits {
  /** Objects and lists within each other, the outermost included. */
  readonly depth: number;
  /** Commas and opening brackets: about the values of the text. */
  readonly values: number;
}

export interface JsonOutline {
  readonly kind: 'outline';
  readonly properties: TopLevelProperty[];
  /** Commas and opening brackets. */
  readonly values: number;
}

/** `broken`: no parser takes it as an object. */
export type NoOutline = { readonly kind: 'broken' | 'too_deep' | 'too_many_values' };

/** Is told of the keys within the values of the outermost object, in their order and as they are written. */
export interface KeyWatcher {
  /** A property of the outermost object begins. False where nothing within it is of interest. */
  enter(key: string): boolean;
  /**
   * @param open the opening quote
   * @param end the place after the closing one
   * @param value where what it names begins
   * @param depth brackets that are open within the property, at least 1
   */
  key(json: Buffer, open: number, end: number, value: number, depth: number): void;
  /** A bracket was closed, and so many are open still. */
  close(depth: number): void;
}

const NO_LIMITS: OutlineLimits = { depth: Infinity, values: Infinity };

/**
 * The properties of the outermost object of a JSON text, duplicates included, in their order.
 *
 * Only for bytes that a parser has accepted as an object, or that were outlined before.
 */
export function topLevelProperties(json: Buffer): TopLevelProperty[] {
  const outline = outlineOf(json);
  return outline.kind === 'outline' ? outline.properties : [];
}

/**
 * Where the properties of an object lie, and how much there is in it, before a parser is let at it: a parsed value can
 * take thirty times the memory of its text. It finds places and counts; it does not validate what lies within a
 * value. Iterative, so that nesting costs no stack, and in one pass.
 */
export function outlineOf(
  json: Buffer,
  limits: OutlineLimits = NO_LIMITS,
  watcher?: KeyWatcher,
): JsonOutline | NoOutline {
  const scan = new Scan(json, limits);
  const properties: TopLevelProperty[] = [];
  let at = skipSpace(json, 0);
  if (json[at] !== OPEN_BRACE) return { kind: 'broken' };
  at = skipSpace(json, at + 1);
  if (json[at] === CLOSE_BRACE) return { kind: 'outline', properties, values: scan.values };
  for (;;) {
    if (json[at] !== QUOTE) return { kind: 'broken' };
    const keyEnd = stringEnd(json, at);
    const key = decodeKey(json, at, keyEnd);
    const colon = skipSpace(json, keyEnd);
    if (key === undefined || json[colon] !== COLON) return { kind: 'broken' };
    const start = skipSpace(json, colon + 1);
    const end = scan.valueEnd(start, watcher?.enter(key) === true ? watcher : undefined);
    if (scan.refusal !== undefined) return { kind: scan.refusal };
    properties.push({ key, start, end });
    at = skipSpace(json, end);
    if (json[at] === CLOSE_BRACE) return { kind: 'outline', properties, values: scan.values };
    if (json[at] !== COMMA) return { kind: 'broken' };
    scan.count();
    at = skipSpace(json, at + 1);
  }
}

/** The values in a list that begins at `open`, for bytes that were outlined before. */
export function* elementsOf(json: Buffer, open: number): Generator<Buffer> {
  const scan = new Scan(json, NO_LIMITS);
  let at = skipSpace(json, open + 1);
  while (at < json.length && json[at] !== CLOSE_BRACKET) {
    const end = scan.valueEnd(at);
    yield json.subarray(at, end);
    at = skipSpace(json, end);
    if (json[at] === COMMA) at = skipSpace(json, at + 1);
    else if (json[at] !== CLOSE_BRACKET) return;
  }
}

/** Crosses values and counts what it meets. */
class Scan {
  values = 0;
  refusal: 'too_deep' | 'too_many_values' | undefined;

  constructor(
    private readonly json: Buffer,
    private readonly limits: OutlineLimits,
  ) {}

  count(): void {
    this.values += 1;
    if (this.values > this.limits.values) this.refusal = 'too_many_values';
  }

  /** The place after the value that starts at `start`. */
  valueEnd(start: number, watcher?: KeyWatcher): number {
    const { json } = this;
    let depth = 0;
    let at = start;
    while (at < json.length && this.refusal === undefined) {
      const byte = json[at];
      if (byte === QUOTE) {
        const open = at;
        at = stringEnd(json, at);
        if (depth === 0) return at;
        if (watcher !== undefined && json[at] !== COMMA) at = this.told(watcher, open, at, depth);
        continue;
      }
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
        this.count();
        // The outermost object is the first level.
        if (depth >= this.limits.depth) this.refusal = 'too_deep';
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (depth === 0) return trimmedEnd(json, start, at);
        depth -= 1;
        watcher?.close(depth);
        if (depth === 0) return at + 1;
      } else if (byte === COMMA) {
        if (depth === 0) return trimmedEnd(json, start, at);
        this.count();
      }
      at += 1;
    }
    return at;
  }

  /** A string in front of a colon is a key. */
  private told(watcher: KeyWatcher, open: number, end: number, depth: number): number {
    const colon = skipSpace(this.json, end);
    if (this.json[colon] !== COLON) return colon;
    const value = skipSpace(this.json, colon + 1);
    watcher.key(this.json, open, end, value, depth);
    return value;
  }
}

/** The place after the closing quote of the string that opens at `open`. Long strings are crossed by native search. */
function stringEnd(json: Buffer, open: number): number {
  const quote = json.indexOf(QUOTE, open + 1);
  if (quote === -1) return json.length;
  if (!isEscaped(json, quote)) return quote + 1;
  // A string with quotes in it may have many: searching for each anew costs more than looking at every byte.
  let at = quote + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, json.length);
}

function isEscaped(json: Buffer, quote: number): boolean {
  let backslashes = 0;
  while (json[quote - 1 - backslashes] === BACKSLASH) {
    backslashes += 1;
  }
  return backslashes % 2 === 1;
}

/** Numbers and literals have no closing mark, so the white space behind them is not theirs. */
function trimmedEnd(json: Buffer, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(json[at - 1])) {
    at -= 1;
  }
  return at;
}

export function skipSpace(json: Buffer, from: number): number {
  let at = from;
  while (isSpace(json[at])) {
    at += 1;
  }
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function decodeKey(json: Buffer, start: number, end: number): string | undefined {
  const raw = json.toString('utf8', start + 1, end - 1);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return undefined;
  }
}
