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

/**
 * The properties of the outermost object of a JSON text, duplicates included, in their order.
 *
 * Only for bytes that `JSON.parse` has accepted as an object: it finds places, it does not validate. Iterative, so that
 * nesting costs no stack.
 */
export function topLevelProperties(json: Buffer): TopLevelProperty[] {
  const properties: TopLevelProperty[] = [];
  let at = json.indexOf(OPEN_BRACE) + 1;
  for (;;) {
    const keyStart = json.indexOf(QUOTE, at);
    if (keyStart === -1) {
      return properties;
    }
    const keyEnd = stringEnd(json, keyStart);
    const start = skipSpace(json, json.indexOf(COLON, keyEnd) + 1);
    const end = valueEnd(json, start);
    properties.push({ key: decodeKey(json, keyStart, keyEnd), start, end });
    at = skipSpace(json, end);
    if (json[at] !== COMMA) {
      return properties;
    }
  }
}

/** The place after the value that starts at `start`. */
function valueEnd(json: Buffer, start: number): number {
  let depth = 0;
  let at = start;
  while (at < json.length) {
    const byte = json[at];
    if (byte === QUOTE) {
      at = stringEnd(json, at);
      if (depth === 0) return at;
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return trimmedEnd(json, start, at);
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (byte === COMMA && depth === 0) {
      return trimmedEnd(json, start, at);
    }
    at += 1;
  }
  return at;
}

/** The place after the closing quote of the string that opens at `open`. Long strings are crossed by native search. */
function stringEnd(json: Buffer, open: number): number {
  let quote = json.indexOf(QUOTE, open + 1);
  while (quote !== -1 && isEscaped(json, quote)) {
    quote = json.indexOf(QUOTE, quote + 1);
  }
  return quote === -1 ? json.length : quote + 1;
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

function skipSpace(json: Buffer, from: number): number {
  let at = from;
  while (isSpace(json[at])) {
    at += 1;
  }
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function decodeKey(json: Buffer, start: number, end: number): string {
  const raw = json.toString('utf8', start + 1, end - 1);
  return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
}
