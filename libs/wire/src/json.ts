/** A JSON object whose members nobody has checked yet. */
export type Json = Record<string, unknown>;

/** A JSON object, or nothing. */
export function record(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The objects of a list; an empty list where there is none. */
export function records(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(record).filter((item) => item !== undefined) : [];
}

/** A text, or nothing where it is missing or empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Longer than the identifiers and the models' names of any provider. */
const MAX_NAME_CHARS = 256;

/**
 * A text short enough to be said again and again; otherwise nothing, as where none was given. It is not cut: a part of
 * a name names nothing, and would keep the whole in memory.
 */
export function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_NAME_CHARS ? value : undefined;
}

/** A whole number that is not negative; 0 where there is none. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** The object without its undefined members, and without the null ones, which both formats read as left out. */
export function stated(object: Json): Json {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null));
}

/** The object that a JSON text stands for, or nothing. */
export function parseRecord(json: string): Json | undefined {
  try {
    return record(JSON.parse(json));
  } catch {
    return undefined;
  }
}
