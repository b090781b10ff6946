import { asRecord } from './usage.reader.js';

/** Nearly every event: one line of data, with or without a line that names it. */
const PLAIN = /^(?:\uFEFF|[\r\n])*(?:event:[^\r\n]*(?:\r\n|\r|\n))?data: ?([^\r\n]*)[\r\n]*$/;

/** The event's data; several `data:` lines are one text with line feeds between (WHATWG HTML §9.2.6). */
export function dataOf(event: string): string | undefined {
  const plain = PLAIN.exec(event);
  if (plain !== null) {
    return plain[1];
  }
  const lines = event
    .split(/\r\n|\r|\n/)
    .filter((line) => line.startsWith('data:') || line === 'data')
    .map((line) => line.slice(5).replace(/^ /, ''));
  return lines.length === 0 ? undefined : lines.join('\n');
}

/**
 * What some providers write where JSON has no number, outside of strings. A string is read in one way only: where several
 * are possible, one that does not end takes a time that doubles with each letter.
 */
const NO_NUMBER = /"(?:[^"\\]|\\.)*"|(-?)(?:NaN|Infinity)/g;

/** A JSON object, or nothing. `NaN` and `Infinity` are read as infinite, which no count can be. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    return /NaN|Infinity/.test(text) ? parseNoNumbers(text) : undefined;
  }
}

function parseNoNumbers(text: string): Record<string, unknown> | undefined {
  try {
    return asRecord(
      JSON.parse(text.replace(NO_NUMBER, (all, sign?: string) => (sign === undefined ? all : `${sign}1e999`))),
    );
  } catch {
    return undefined;
  }
}

/** Names of figures, and of records that have figures in them. */
export interface Figures {
  readonly [name: string]: true | Figures;
}

/**
 * The figures of a record that are wanted, and nothing that would keep the rest of it in memory. One that is no number
 * comes as `NaN`, so that it is not taken for one that was left out.
 */
export function figuresOf(record: Record<string, unknown>, wanted: Figures): Record<string, unknown> {
  const figures: Record<string, unknown> = {};
  for (const [name, within] of Object.entries(wanted)) {
    const value = record[name];
    const inner = asRecord(value);
    if (within !== true) {
      if (inner !== undefined) figures[name] = figuresOf(inner, within);
    } else if (value !== undefined && value !== null) {
      figures[name] = typeof value === 'number' ? value : NaN;
    }
  }
  return figures;
}

/** The text that a JSON string without its quotes stands for. */
export function unescapeJson(raw: string): string {
  if (!raw.includes('\\')) {
    return raw;
  }
  try {
    const value: unknown = JSON.parse(`"${raw}"`);
    return typeof value === 'string' ? value : raw;
  } catch {
    return raw;
  }
}

/** How a provider names an error: `type`, else `code`, else `error`. */
export function errorName(error: unknown): string {
  const { type, code } = asRecord(error) ?? {};
  const name = [type, code].find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof name === 'string' ? name : 'error';
}
