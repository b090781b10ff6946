import { type DomainError, defineErrors } from '#libs/kernel';
import type { MalformedModelRequest, UpstreamFailure, UpstreamFailureKind } from '#libs/upstream';

export const gatewayErrors = defineErrors({
  model_request_malformed: ['invalid', 'The body is not a JSON object that names a model.'],
  routing_not_allowed: [
    'invalid',
    'The body would choose where the call goes. That is decided by the API key and its models.',
  ],
  provider_state_not_allowed: [
    'invalid',
    'The body names something that is kept at the provider, in an account that all callers share. Send its content instead.',
  ],
  previous_response_not_found: ['invalid', 'There is no such response that could be gone on from.'],
  service_tier_not_allowed: ['invalid', 'This service has another price than the model. Leave it out.'],
  hosted_tool_not_allowed: [
    'invalid',
    'The provider would do something for the answer that has no price here, or no end.',
  ],
  operation_unsupported: ['invalid', "This model's provider does not offer this operation."],
  path_malformed: ['invalid', 'The address is not a plain path.'],
  api_key_unnamed: ['invalid', 'Name the API key either by apiKeyId or by key.'],
  idempotency_key_malformed: ['invalid', 'An idempotency key is 1 to 255 visible ASCII characters.'],
  idempotency_key_reused: ['conflict', 'This idempotency key was used for another request.'],
  idempotency_key_in_flight: ['conflict', 'The first call with this idempotency key is still under way.'],
  idempotency_key_spent: [
    'conflict',
    'The first call with this idempotency key broke off, so there is no answer that could be given again.',
  ],
  operation_not_allowed: ['forbidden', 'This API key may not ask for this.'],
  model_not_allowed: ['forbidden', 'This API key may not call this model.'],
  access_withdrawn: ['forbidden', 'The API key was disabled, or whoever stands behind it, while the call ran.'],
  model_unavailable: ['not_found', 'This model is not available at present.'],
  no_upstream_available: ['unavailable', 'No provider can take this call at present. Try again in a moment.'],
  too_many_open_calls: ['rate_limited', 'This API key has too many calls under way. Try again when some have ended.'],
  gateway_overloaded: ['unavailable', 'Too much is under way at present. Try again in a moment.'],
  upstream_unreachable: ['bad_gateway', 'The provider could not be reached.'],
  upstream_timeout: ['timeout', 'The provider did not answer in time.'],
  upstream_failed: ['bad_gateway', 'The provider failed to answer.'],
  upstream_credentials_refused: ['bad_gateway', 'The provider refused our credentials. Tell an administrator.'],
});

const MALFORMED: Readonly<Record<MalformedModelRequest['reason'], string>> = {
  not_json: 'The body is not valid JSON.',
  not_multipart: 'The body is not a valid form.',
  not_an_object: 'The body must be a JSON object.',
  too_deep: 'The body nests too deep.',
  too_many_values: 'The body has too many values.',
  model_missing: 'The body must name a model.',
  routing: 'chooses where the call goes, which is decided by the API key and its models.',
  provider_state:
    'names something that is kept at the provider, in an account that all callers share. Send its content instead.',
  priced_otherwise: 'asks for a service that has another price than the model.',
  ambiguous: 'is there more than once, or in another spelling.',
  bad_value: 'has a value that cannot be right.',
};

const ABOUT_A_PROPERTY = new Set<MalformedModelRequest['reason']>([
  'ambiguous',
  'bad_value',
  'routing',
  'provider_state',
  'priced_otherwise',
]);

/** The sentence for a body that cannot be passed on. */
export function malformedRequest({ reason, param }: MalformedModelRequest): DomainError {
  const sentence = MALFORMED[reason];
  const message = ABOUT_A_PROPERTY.has(reason) ? `${param ?? 'A property'} ${sentence}` : sentence;
  const refusal = { message, ...(param === undefined ? {} : { param }) };
  if (reason === 'routing') return gatewayErrors.routing_not_allowed(refusal);
  if (reason === 'provider_state') return gatewayErrors.provider_state_not_allowed(refusal);
  if (reason === 'priced_otherwise') return gatewayErrors.service_tier_not_allowed(refusal);
  return gatewayErrors.model_request_malformed(refusal);
}

const BUSY_RETRY_AFTER_SECONDS = 5;
const FAILURES: Readonly<Record<UpstreamFailureKind, keyof typeof gatewayErrors>> = {
  connect: 'upstream_unreachable',
  busy: 'no_upstream_available',
  timeout: 'upstream_timeout',
  reset: 'upstream_failed',
  protocol: 'upstream_failed',
  aborted: 'upstream_failed',
  too_large: 'upstream_failed',
};

/** What the caller is told of a provider that gave no answer. */
export function upstreamError(failure: UpstreamFailure): DomainError {
  return gatewayErrors[FAILURES[failure.kind]]({
    cause: failure,
    ...(failure.kind === 'busy' ? { retryAfterSeconds: BUSY_RETRY_AFTER_SECONDS } : {}),
  });
}
