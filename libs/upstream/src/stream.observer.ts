import type { GeneratedText } from './generated-text.js';
import type { UpstreamUsage } from './usage.reader.js';

/**
 * Watches an answer that comes in pieces, and says which bytes may go on to the caller now: the end of the answer
 * waits until its usage is durable.
 */
export interface StreamObserver {
  /** The whole usage as the provider reports it; `undefined` means that the caller counts {@link said}. */
  readonly usage: UpstreamUsage | undefined;
  /** A usage was sent that cannot be true. */
  readonly badUsage?: boolean;
  /** What the provider said of the prompt alone, where it does so at the beginning. */
  readonly prompt?: UpstreamUsage | undefined;
  /** The model that answers, as the provider names it. */
  readonly model?: string | undefined;
  /** What the provider keeps the answer under, where it says so. */
  readonly answerId?: string | undefined;
  /** Generated text, for counting; none where nobody here can read it. */
  readonly said?: GeneratedText;
  /** The provider said that the answer is complete, and nothing that contradicts it. */
  readonly whole: boolean;
  /** What went wrong, as the provider words it. */
  readonly error?: string | undefined;
  /** Takes the next chunk and returns what may be sent to the client now. */
  push(chunk: Buffer): Buffer | undefined;
  /** The answer has ended, or broke off: returns the bytes that were held back. */
  end(): Buffer | undefined;
}

/** Passes bytes that nobody here can read (audio), all but the last piece, which waits for the end. */
export class OpaqueObserver implements StreamObserver {
  readonly usage = undefined;
  readonly whole = true;
  private held: Buffer | undefined;

  push(chunk: Buffer): Buffer | undefined {
    const ready = this.held;
    this.held = chunk;
    return ready;
  }

  end(): Buffer | undefined {
    const rest = this.held;
    this.held = undefined;
    return rest;
  }
}
