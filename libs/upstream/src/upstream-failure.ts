/** What went wrong between us and a provider, in words a caller can act on. */
export type UpstreamFailureKind =
  /** No connection was made, so nothing was sent: another provider may be tried without risk. */
  | 'connect'
  /** Too much is under way already, so nothing was sent. Neither the provider nor its key has to do with it. */
  | 'busy'
  /** The head of the answer, or the next piece of its body, did not come in time. */
  | 'timeout'
  /** The provider closed or reset the connection before the answer was complete. */
  | 'reset'
  /** What came back is not HTTP, or the request could not be expressed in it. */
  | 'protocol'
  /** Our own caller gave up. */
  | 'aborted'
  /** The answer is larger than the caller allowed. */
  | 'too_large';

/**
 * The one error that leaves the upstream client.
 *
 * `reason` is a short machine word for logs (`ECONNREFUSED`, `address_refused`); neither it nor `message` carries a
 * URL's credentials, a header or a body.
 */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure';

  constructor(
    readonly kind: UpstreamFailureKind,
    readonly reason: string,
    message: string,
    /** False when no byte of the request can have left, so that nobody has worked for it. */
    readonly sent = kind !== 'connect' && kind !== 'busy',
  ) {
    super(message);
  }

  /** The same failure for a caller that throws it later: a stack of its own is worth nothing there. */
  static of(error: unknown): UpstreamFailure {
    return error instanceof UpstreamFailure ? error : translate(error);
  }
}

const KIND_BY_CODE = new Map<string, UpstreamFailureKind>([
  ['UND_ERR_CONNECT_TIMEOUT', 'connect'],
  ['ECONNREFUSED', 'connect'],
  ['ENOTFOUND', 'connect'],
  ['EAI_AGAIN', 'connect'],
  ['EHOSTUNREACH', 'connect'],
  ['ENETUNREACH', 'connect'],
  ['EADDRNOTAVAIL', 'connect'],
  ['UND_ERR_DESTROYED', 'connect'],
  ['UND_ERR_CLOSED', 'connect'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  ['UND_ERR_SOCKET', 'reset'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'reset'],
  ['UND_ERR_ABORTED', 'aborted'],
  ['ABORT_ERR', 'aborted'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'too_large'],
]);

const MESSAGES: Record<UpstreamFailureKind, string> = {
  connect: 'The provider could not be reached',
  busy: 'Too many requests to the provider are open',
  timeout: 'The provider did not answer in time',
  reset: 'The provider closed the connection before the answer was complete',
  protocol: 'The provider did not speak HTTP as expected',
  aborted: 'The request was given up',
  too_large: 'The answer of the provider is too large',
};

function translate(error: unknown): UpstreamFailure {
  const code = codeOf(error);
  const kind = KIND_BY_CODE.get(code) ?? (isTlsCode(code) ? 'connect' : 'protocol');
  return new UpstreamFailure(kind, code, MESSAGES[kind]);
}

/** Of a failed dial to several addresses Node throws an AggregateError whose members hold the codes. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return 'unknown';
  }
  if ('code' in error && typeof error.code === 'string') {
    return error.code;
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return codeOf(error.errors[0]);
  }
  return 'name' in error && error.name === 'AbortError' ? 'ABORT_ERR' : 'unknown';
}

/** A certificate that does not verify: the handshake failed before a byte of the request was sent. */
function isTlsCode(code: string): boolean {
  return (
    code.startsWith('ERR_TLS_') || code.startsWith('CERT_') || code.includes('_CERT') || code.startsWith('ERR_SSL_')
  );
}
