/**
 * What went wrong, seen from the caller: the one thing transports map to a status.
 * `libs/http` holds the only mapping from kind to HTTP status.
 */
export type ErrorKind =
  | 'invalid' // the input itself is wrong
  | 'unauthenticated' // nobody, or nobody we know
  | 'payment_required' // a cap in money is spent
  | 'forbidden' // known, but not allowed
  | 'not_found' // absent, or not for this caller to know of
  | 'conflict' // the state has moved on
  | 'precondition_failed' // not the version that the caller meant
  | 'too_large' // more than is accepted
  | 'unsupported_media_type' // in a form that is not read
  | 'unprocessable' // valid shape, impossible meaning
  | 'locked' // shut for a while
  | 'rate_limited' // too fast
  | 'header_too_large' // more about the request than is accepted
  | 'request_timeout' // it did not arrive in time
  | 'internal' // our fault
  | 'bad_gateway' // the provider's fault
  | 'unavailable' // something we need is away
  | 'timeout'; // something we need is too slow

/** The families of errors that clients of the OpenAI wire format know. */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'insufficient_quota'
  | 'api_error';

/** How a limit on a rate stands for a caller. */
export interface RateStanding {
  /** What is counted: `requests`, `tokens`. */
  readonly policy: string;
  /** Most units in one window. */
  readonly limit: number;
  /** What is left of them. */
  readonly remaining: number;
  /** Whole seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
  readonly windowSeconds: number;
}

export interface ErrorOptions {
  /** The offending input, as a path: `models[0].name`. */
  param?: string;
  /** Safe to show to the caller; never a secret, a stack or SQL. */
  details?: unknown;
  /** Seconds until a retry makes sense; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** The limit that was met; becomes the headers about it. */
  rate?: RateStanding;
  /** Kept for the log, never shown. */
  cause?: unknown;
}

/** A failure with a stable code that clients may program against. */
export class DomainError extends Error {
  readonly param: string | undefined;
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;
  readonly rate: RateStanding | undefined;

  /**
   * @param code stable, snake case, declared with {@link defineErrors}
   * @param message one clear sentence for the caller
   */
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    message: string,
    options: ErrorOptions = {},
  ) {
    const depth = Error.stackTraceLimit;
    // Only our own fault is looked for by its stack. Every other kind is an everyday outcome, and must cost little.
    if (kind !== 'internal') Error.stackTraceLimit = 0;
    super(message, { cause: options.cause });
    Error.stackTraceLimit = depth;
    this.name = 'DomainError';
    this.param = options.param;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.rate = options.rate;
  }
}

export interface ErrorDefinition {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
}

const catalogue = new Map<string, ErrorDefinition>();

/** Every code declared so far, in the order of the alphabet: the source of docs/errors.md. */
export function errorCatalogue(): ErrorDefinition[] {
  return [...catalogue.values()].sort((a, b) => a.code.localeCompare(b.code));
}

type Definitions = Record<string, readonly [kind: ErrorKind, message: string]>;
/** Makes an error of one code, and says what it is. */
export type ErrorFactory = ((options?: ErrorOptions & { message?: string }) => DomainError) & ErrorDefinition;

type Factories<T extends Definitions> = {
  readonly [K in keyof T]: ErrorFactory;
};

/**
 * Declares a feature's error codes beside the feature and returns a factory for each:
 * `export const teamErrors = defineErrors({ team_not_found: ['not_found', 'There is no such team.'] })`.
 *
 * @throws Error when another feature already uses a code for another meaning
 */
export function defineErrors<const T extends Definitions>(definitions: T): Factories<T> {
  const factories: Record<string, ErrorFactory> = {};
  for (const [code, [kind, message]] of Object.entries(definitions)) {
    const known = catalogue.get(code);
    if (known && (known.kind !== kind || known.message !== message)) {
      throw new Error(`The error code "${code}" is declared twice with different meanings.`);
    }
    catalogue.set(code, { code, kind, message });
    const make = (options: ErrorOptions & { message?: string } = {}): DomainError =>
      new DomainError(code, kind, options.message ?? message, options);
    factories[code] = Object.assign(make, { code, kind, message });
  }
  return factories as Factories<T>;
}
