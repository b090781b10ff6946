/** Where a provider is reached, and of what make it is. */
export interface CalledProvider {
  /** As the operator names it. */
  readonly slug: string;
  readonly kind: string;
  readonly baseUrl: string;
}

/** One try to have a call answered by a provider. */
export interface AttemptFacts {
  readonly provider: CalledProvider;
  /** The model's name at the provider. */
  readonly model: string;
  /** Below the provider's base. */
  readonly path: string;
}

/** How a try ended: with the head of an answer, or with a word for why there was none. */
export interface AttemptEnd {
  readonly status?: number;
  readonly failure?: string;
}

export interface AttemptTrace {
  /** What the provider is told of the trace: nothing, unless the operator wants it told. */
  readonly headers: Readonly<Record<string, string>>;
  readonly end: (end: AttemptEnd) => void;
}

/** A call that has left its row. */
export interface SettledCall {
  readonly requestId: string;
  /** The model's name in the catalogue. */
  readonly model: string;
  readonly provider: CalledProvider;
  /** As the provider names what answered. */
  readonly answeredBy: string | undefined;
  readonly status: 'completed' | 'aborted' | 'failed';
  readonly httpStatus: number | undefined;
  readonly streamed: boolean;
  /** Undefined where nothing was counted. */
  readonly tokens: TokensOfCall | undefined;
  readonly latencyMs: number;
  readonly firstByteMs: number | undefined;
  /** US dollars. */
  readonly cost: string;
}

export interface TokensOfCall {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** The trace of one call of a model. No word of what was asked or answered goes into it. */
export interface ModelCallTrace {
  attempt(facts: AttemptFacts): AttemptTrace;
  settled(call: SettledCall): void;
  /** @param error what the caller was told instead of an answer */
  end(error?: unknown): void;
}

/** How a call comes in. */
export interface IncomingModelCall {
  readonly operation: string;
  /** The caller's `traceparent`, whatever it says (W3C Trace Context). */
  readonly traceparent: string | undefined;
}

/** Makes traces, and knows how to stop without losing those that are done. */
export interface CallTracer {
  begin(call: IncomingModelCall): ModelCallTrace;
  stop(): Promise<void>;
}
