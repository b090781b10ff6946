/** Turns a stream of one format into one of the other, event by event. Pure: the same bytes give the same text, however they are cut. */
export interface StreamTranslator {
  /** Takes the next bytes of the provider and returns what can be said to the caller now. */
  push(chunk: Buffer): string;
  /** The closing events; empty where the provider broke off, so that the caller can tell. */
  end(): string;
}
