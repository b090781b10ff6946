import type { DomainError, ErrorKind, ErrorType } from '#libs/kernel';

export const ERROR_TYPES: readonly ErrorType[] = [
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'rate_limit_error',
  'insufficient_quota',
  'api_error',
];

/** The only mapping from what went wrong to an HTTP status and to the families that OpenAI's clients know. */
export const STATUS: Readonly<Record<ErrorKind, readonly [status: number, type: ErrorType]>> = {
  invalid: [400, 'invalid_request_error'],
  unauthenticated: [401, 'authentication_error'],
  payment_required: [402, 'insufficient_quota'],
  forbidden: [403, 'permission_error'],
  not_found: [404, 'invalid_request_error'],
  conflict: [409, 'invalid_request_error'],
  precondition_failed: [412, 'invalid_request_error'],
  too_large: [413, 'invalid_request_error'],
  unsupported_media_type: [415, 'invalid_request_error'],
  unprocessable: [422, 'invalid_request_error'],
  locked: [423, 'permission_error'],
  rate_limited: [429, 'rate_limit_error'],
  header_too_large: [431, 'invalid_request_error'],
  request_timeout: [408, 'invalid_request_error'],
  internal: [500, 'api_error'],
  bad_gateway: [502, 'api_error'],
  unavailable: [503, 'api_error'],
  timeout: [504, 'api_error'],
};

/** The names that Anthropic's clients know for the same families. */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  429: 'rate_limit_error',
  503: 'overloaded_error',
};

/** Sluice's error envelope: `{"error": {code, message, type, param?, details?}, "requestId"}`. */
export function errorEnvelope(error: DomainError, requestId: string): object {
  const [, type] = STATUS[error.kind];
  return {
    error: {
      code: error.code,
      message: error.message,
      type,
      ...(error.param === undefined ? {} : { param: error.param }),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
    requestId,
  };
}

/** SCIM's names (RFC 7644, table 9) for errors that are not SCIM's own. */
const SCIM_TYPES: Readonly<Record<string, string>> = {
  validation_failed: 'invalidValue',
  malformed_json: 'invalidSyntax',
};
const SCIM_CODE =
  /^scim_(invalid_filter|too_many|uniqueness|mutability|invalid_syntax|invalid_path|no_target|invalid_value)$/;

/** SCIM's error (RFC 7644 §3.12), for callers of `/scim/v2`; an error of SCIM's own is called after its `scimType`. */
export function scimErrorEnvelope(error: DomainError): object {
  const [status] = STATUS[error.kind];
  const own = SCIM_CODE.exec(error.code)?.[1]?.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const scimType = own ?? SCIM_TYPES[error.code];
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: error.message,
  };
}

/** Anthropic's error envelope, for callers of `/v1/messages`. */
export function anthropicErrorEnvelope(error: DomainError, requestId: string): object {
  const [status] = STATUS[error.kind];
  return {
    type: 'error',
    error: { type: ANTHROPIC_TYPES[status] ?? 'api_error', message: error.message, code: error.code },
    request_id: requestId,
  };
}
