/** A limit on what is done in a window of time that begins with the first use. */
export interface RateRule {
  /** Under which it is counted, on every replica: `key:0190…:requests`. */
  readonly name: string;
  /** What is counted, for the caller to read. */
  readonly policy: 'requests' | 'tokens';
  /** Most units in one window. */
  readonly limit: number;
  readonly windowMs: number;
  /** How many units a replica takes along at least, for the calls that come next. */
  readonly ahead: number;
}

/** What a replica asks the store for: at least `needed` units of a window, gladly up to `wanted`. */
export interface RateAsk {
  readonly rule: RateRule;
  readonly needed: number;
  readonly wanted: number;
  /** The window to which the correction belongs; empty when there is none. */
  readonly windowId: string;
  /** Units that were used beyond what was taken, or below zero, that were taken and not used. */
  readonly correction: number;
}

export interface RateGrant {
  readonly windowId: string;
  /** Milliseconds until the window ends, on the store's clock. */
  readonly endsInMs: number;
  readonly granted: number;
  /** What nobody has taken yet. */
  readonly free: number;
}

/** Keeps the windows that the replicas share: what it has granted in a window is never more than the limit. */
export abstract class RateStore {
  /** For the metric: `postgresql`, `redis`. */
  abstract readonly kind: string;

  /** Answers in the order of the questions. @throws when the store is away */
  abstract take(asks: readonly RateAsk[]): Promise<RateGrant[]>;
}
