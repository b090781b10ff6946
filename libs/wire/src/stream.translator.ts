/**
 * More calls than any answer has. Each is remembered to the end of its answer; those beyond are left out, like what is
 * no part of the format.
 */
export const MAX_CALLS = 1_000;

/** Turns a stream of one format into one of the other, event by event. Pure: the same bytes give the same text, however they are cut. */
export interface StreamTranslator {
  /** Takes the next bytes of the provider and returns what can be said to the caller now. */
  push(chunk: Buffer): string;
  /** The closing events; empty where the provider broke off, so that the caller can tell. */
  end(): string;
}
